import { CONTRACT_VERSION } from "../contract/version";
import { choose } from "../terraform/choose";
import { type Condition, either, hasAny } from "../terraform/condition";

/** The inputs that handlers of contract 1 ignore: a stack that uses one must not run such a handler. */
export interface ContractInputs {
  readonly endConnectionsWithToken: Condition;
  readonly revocations: Condition;
  readonly allowedOrigins: readonly string[];
}

/** The oldest contract version that a released handler may speak, in digits, as the inputs need it. */
export function leastContract({ endConnectionsWithToken, revocations, allowedOrigins }: ContractInputs): string {
  const needsNewest = either(either(endConnectionsWithToken, revocations), hasAny(allowedOrigins));
  return choose(needsNewest, String(CONTRACT_VERSION), "1");
}
