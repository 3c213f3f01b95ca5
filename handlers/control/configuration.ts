import { CONTROL_ENVIRONMENT, HISTORY_ENVIRONMENT } from "../../src/contract/environment";
import { MAX_HISTORY_SECONDS } from "../../src/contract/history";
import { type Environment, integerFrom, requiredFrom } from "../shared/environment";

/** The control function's settings. */
export interface ControlConfiguration {
  /** Where `/@connections/<id>` is. */
  readonly endpoint: string;
  readonly deadLetterQueueUrl: string;
  /** Undefined if no history is kept. */
  readonly history: { readonly table: string; readonly seconds: number } | undefined;
}

/** @throws Error naming the environment variable that is missing or wrong. */
export function readConfiguration(environment: Environment): ControlConfiguration {
  const seconds = integerFrom(environment, HISTORY_ENVIRONMENT.seconds, {
    fallback: 0,
    min: 1,
    max: MAX_HISTORY_SECONDS,
  });
  return {
    endpoint: requiredFrom(environment, CONTROL_ENVIRONMENT.endpoint),
    deadLetterQueueUrl: requiredFrom(environment, CONTROL_ENVIRONMENT.deadLetterQueueUrl),
    history: seconds === 0 ? undefined : { table: requiredFrom(environment, HISTORY_ENVIRONMENT.table), seconds },
  };
}
