import { PRESENCE_ENVIRONMENT } from "../../src/contract/environment";
import { MAX_PRESENCE_GRACE_SECONDS } from "../../src/contract/limits";

/** What the watchdog is told by its function's environment. */
export interface PresenceConfiguration {
  readonly connectionsTable: string;
  readonly presenceTable: string;
  /** Where events go. */
  readonly target: { readonly topicArn: string } | { readonly queueUrl: string };
  readonly graceMilliseconds: number;
  /** Present whenever there is a grace. */
  readonly graceQueueUrl: string | undefined;
}

/** A variable of the function's environment is missing or wrong; the message names it and what to set. */
export class ConfigurationError extends Error {
  override readonly name = "ConfigurationError";
  readonly code = "CONFIGURATION";
}

/** @throws {ConfigurationError} */
export function readConfiguration(environment: Readonly<Record<string, string | undefined>>): PresenceConfiguration {
  const required = (name: string): string => {
    const value = environment[name];
    if (value === undefined || value === "") throw new ConfigurationError(`${name} is not set`);
    return value;
  };

  const graceMilliseconds = 1_000 * graceSeconds(environment[PRESENCE_ENVIRONMENT.graceSeconds]);
  return {
    connectionsTable: required(PRESENCE_ENVIRONMENT.connectionsTable),
    presenceTable: required(PRESENCE_ENVIRONMENT.presenceTable),
    target: target(required),
    graceMilliseconds,
    graceQueueUrl: graceMilliseconds > 0 ? required(PRESENCE_ENVIRONMENT.graceQueueUrl) : undefined,
  };
}

function target(required: (name: string) => string): PresenceConfiguration["target"] {
  const source = required(PRESENCE_ENVIRONMENT.source);
  if (source === "topic") return { topicArn: required(PRESENCE_ENVIRONMENT.topicArn) };
  if (source === "queue") return { queueUrl: required(PRESENCE_ENVIRONMENT.queueUrl) };
  throw new ConfigurationError(`${PRESENCE_ENVIRONMENT.source} must be topic or queue, got ${source}`);
}

function graceSeconds(text = ""): number {
  const seconds = Number(text === "" ? "0" : text);
  if (!Number.isInteger(seconds) || seconds < 0 || seconds > MAX_PRESENCE_GRACE_SECONDS) {
    throw new ConfigurationError(
      `${PRESENCE_ENVIRONMENT.graceSeconds} must be a whole number from 0 to ${MAX_PRESENCE_GRACE_SECONDS}, got ${text}`,
    );
  }
  return seconds;
}
