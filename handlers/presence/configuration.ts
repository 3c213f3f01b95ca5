import { PRESENCE_ENVIRONMENT } from "../../src/contract/environment";
import { MAX_PRESENCE_GRACE_SECONDS } from "../../src/contract/limits";
import { type Environment, integerFrom, requiredFrom } from "../shared/environment";

/** Where events go. */
export type EventTarget = { readonly topicArn: string } | { readonly queueUrl: string };

/** What the watchdog is told by its function's environment. */
export interface PresenceConfiguration {
  readonly connectionsTable: string;
  readonly presenceTable: string;
  readonly target: EventTarget;
  readonly graceMilliseconds: number;
  /** Present whenever there is a grace. */
  readonly graceQueueUrl: string | undefined;
  readonly deadLetterQueueUrl: string;
}

/** @throws Error naming the variable that is missing or wrong. */
export function readConfiguration(environment: Environment): PresenceConfiguration {
  const graceSeconds = integerFrom(environment, PRESENCE_ENVIRONMENT.graceSeconds, {
    fallback: 0,
    min: 0,
    max: MAX_PRESENCE_GRACE_SECONDS,
  });
  return {
    connectionsTable: requiredFrom(environment, PRESENCE_ENVIRONMENT.connectionsTable),
    presenceTable: requiredFrom(environment, PRESENCE_ENVIRONMENT.presenceTable),
    target: targetFrom(environment),
    graceMilliseconds: graceSeconds * 1_000,
    graceQueueUrl: graceSeconds > 0 ? requiredFrom(environment, PRESENCE_ENVIRONMENT.graceQueueUrl) : undefined,
    deadLetterQueueUrl: requiredFrom(environment, PRESENCE_ENVIRONMENT.deadLetterQueueUrl),
  };
}

function targetFrom(environment: Environment): EventTarget {
  const source = requiredFrom(environment, PRESENCE_ENVIRONMENT.source);
  if (source === "topic") return { topicArn: requiredFrom(environment, PRESENCE_ENVIRONMENT.topicArn) };
  if (source === "queue") return { queueUrl: requiredFrom(environment, PRESENCE_ENVIRONMENT.queueUrl) };
  throw new RangeError(`${PRESENCE_ENVIRONMENT.source} must be topic or queue, got "${source}"`);
}
