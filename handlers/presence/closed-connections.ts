import { CONNECTION_GONE, CONTROL_ATTRIBUTES } from "../../src/contract/control";
import type { Sqs } from "../aws/sqs";
import type { Clock } from "../shared/clock";
import { failureCode } from "../shared/failure-code";
import type { Log } from "../shared/log";

/**
 * The index by connection is some milliseconds behind, and a frame that the client sent last may still be handled. After
 * this delay, the control function finds all subscriptions of the connection.
 */
const DELAY_SECONDS = 10;

const NOT_SENT = "clean_up_not_sent";

/** Presence must not wait longer for the clean-up. */
const PATIENCE_MS = 5_000;

interface Invocation {
  readonly clock: Clock;
  /** Epoch milliseconds. */
  readonly deadline: number;
  readonly log: Log;
}

/** Called with the ids of connections that are gone. Never throws. */
export type ReportClosed = (connectionIds: readonly string[]) => Promise<void>;

/**
 * Tells the control queue of connections that are gone, so that the control function removes their subscriptions. If that
 * fails, nothing is lost and no record is tried again: the pusher removes the subscriptions when it finds their connections
 * gone, and the rest expires.
 */
export function closedConnections(
  queueUrl: string | undefined,
  sqs: Sqs,
  { clock, deadline, log }: Invocation,
): ReportClosed | undefined {
  if (queueUrl === undefined) return undefined;
  return async (connectionIds) => {
    const messages = connectionIds.map((connectionId) => ({
      body: CONNECTION_GONE,
      delaySeconds: DELAY_SECONDS,
      attributes: {
        [CONTROL_ATTRIBUTES.action]: { DataType: "String" as const, StringValue: CONNECTION_GONE },
        [CONTROL_ATTRIBUTES.connectionId]: { DataType: "String" as const, StringValue: connectionId },
      },
    }));
    const until = Math.min(deadline, clock.now() + PATIENCE_MS);
    try {
      const [first, ...others] = await sqs.sendMessages(queueUrl, messages, { deadline: until });
      if (first !== undefined) log.warn(NOT_SENT, { connections: 1 + others.length, failure: first.code });
    } catch (error) {
      log.error(NOT_SENT, { connections: connectionIds.length, failure: failureCode(error) });
    }
  };
}
