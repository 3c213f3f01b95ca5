import { choose } from "../terraform/choose";
import { atLeast, type Condition, either, hasAny, isGiven } from "../terraform/condition";

/** The inputs that older handlers ignore: a stack that uses one must not run such a handler. */
export interface ContractInputs {
  readonly endConnectionsWithToken: Condition;
  readonly revocations: Condition;
  readonly allowedOrigins: readonly string[];
  readonly historySeconds: number;
  /** Undefined, or an expression that may be null in Terraform: no channels. */
  readonly channels?: unknown;
}

/** The oldest contract version that a released handler may speak, in digits, as the inputs need it. */
export function leastContract(inputs: ContractInputs): string {
  const { endConnectionsWithToken, revocations, allowedOrigins, historySeconds, channels } = inputs;
  const needsSecond = either(either(endConnectionsWithToken, revocations), hasAny(allowedOrigins));
  const withoutChannels = choose(atLeast(historySeconds, 1), "3", choose(needsSecond, "2", "1"));
  return choose(isGiven(channels), "4", withoutChannels);
}
