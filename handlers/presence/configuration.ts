import { MAX_CONNECTIONS_PER_USER, MAX_PRESENCE_GRACE_SECONDS } from "../../src/contract/limits";
import { PRESENCE_ENVIRONMENT } from "../../src/contract/presence-handler";
import { type Environment, integerFrom, requiredFrom } from "../shared/environment";

/** The target of the events. */
export type EventTarget = { readonly topicArn: string } | { readonly queueUrl: string };

/** The settings of presence events. */
export interface PresenceSettings {
  /** The presence table. */
  readonly table: string;
  readonly target: EventTarget;
  readonly graceMs: number;
  /** Present if there is a grace. */
  readonly graceQueueUrl: string | undefined;
}

/** How many connections a user may keep. */
export interface LimitSettings {
  readonly connectionsPerUser: number;
  /** Where `/@connections/<id>` is. */
  readonly endpoint: string;
}

/**
 * The watchdog's settings from its function's environment: it sends presence events, limits connections, and cleans up
 * channels, or does some of these.
 */
export interface PresenceConfiguration {
  readonly connectionsTable: string;
  readonly presence: PresenceSettings | undefined;
  readonly limit: LimitSettings | undefined;
  readonly deadLetterQueueUrl: string;
  /** Present if there are channels. */
  readonly controlQueueUrl: string | undefined;
}

/** @throws Error naming the variable that is missing or wrong. */
export function readConfiguration(environment: Environment): PresenceConfiguration {
  const limit = limitFrom(environment);
  const controlQueueUrl = environment[PRESENCE_ENVIRONMENT.controlQueueUrl] || undefined;
  return {
    connectionsTable: requiredFrom(environment, PRESENCE_ENVIRONMENT.connectionsTable),
    presence: presenceFrom(environment, limit !== undefined || controlQueueUrl !== undefined),
    limit,
    deadLetterQueueUrl: requiredFrom(environment, PRESENCE_ENVIRONMENT.deadLetterQueueUrl),
    controlQueueUrl,
  };
}

function limitFrom(environment: Environment): LimitSettings | undefined {
  const connectionsPerUser = integerFrom(environment, PRESENCE_ENVIRONMENT.maxConnectionsPerUser, {
    fallback: 0,
    min: 1,
    max: MAX_CONNECTIONS_PER_USER,
  });
  return connectionsPerUser === 0
    ? undefined
    : { connectionsPerUser, endpoint: requiredFrom(environment, PRESENCE_ENVIRONMENT.endpoint) };
}

/** @param mayBeNone whether the watchdog has other work, so that presence may have no target */
function presenceFrom(environment: Environment, mayBeNone: boolean): PresenceSettings | undefined {
  const target = targetFrom(environment, mayBeNone);
  if (target === undefined) return undefined;
  const graceSeconds = integerFrom(environment, PRESENCE_ENVIRONMENT.graceSeconds, {
    fallback: 0,
    min: 0,
    max: MAX_PRESENCE_GRACE_SECONDS,
  });
  return {
    table: requiredFrom(environment, PRESENCE_ENVIRONMENT.presenceTable),
    target,
    graceMs: graceSeconds * 1_000,
    graceQueueUrl: graceSeconds > 0 ? requiredFrom(environment, PRESENCE_ENVIRONMENT.graceQueueUrl) : undefined,
  };
}

function targetFrom(environment: Environment, mayBeNone: boolean): EventTarget | undefined {
  const source = environment[PRESENCE_ENVIRONMENT.source];
  if (source === "topic") return { topicArn: requiredFrom(environment, PRESENCE_ENVIRONMENT.topicArn) };
  if (source === "queue") return { queueUrl: requiredFrom(environment, PRESENCE_ENVIRONMENT.queueUrl) };
  if (mayBeNone) return undefined;
  throw new RangeError(`${PRESENCE_ENVIRONMENT.source} must be topic or queue, got "${source ?? ""}"`);
}
