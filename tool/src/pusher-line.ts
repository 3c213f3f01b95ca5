import { readLog } from "./aws/read-log";
import type { Stack } from "./stack";

/** The line of a message that the pusher got just now is not older. */
const SINCE_MILLISECONDS = 120_000;

/** When the pusher began with a message, by AWS's clocks alone: how long after the queue had it, and for how long. */
export async function pusherLine(stack: Stack, messageId: string) {
  const { logGroup } = await stack.requireFunction("pusher");
  const filterPattern = `{ $.messageId = "${messageId}" }`;
  for await (const { fields } of readLog(stack.clients.logs, logGroup, {
    since: stack.now() - SINCE_MILLISECONDS,
    filterPattern,
  })) {
    const { code, messageId: named, durationMs, DeliveryTime: [sinceSent] = [] } = fields as PusherLine;
    if (code !== "pushed" || named !== messageId || durationMs === undefined) continue;
    return { durationMs, waitedMs: Math.max(0, (sinceSent ?? durationMs) - durationMs) };
  }
  return undefined;
}

interface PusherLine {
  readonly code?: string;
  readonly messageId?: string;
  readonly durationMs?: number;
  /** Milliseconds from the queue to the delivery. */
  readonly DeliveryTime?: readonly number[];
}
