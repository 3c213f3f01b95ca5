import { CONNECTION } from "../../src/contract/tables";
import { decodeGraceCheck } from "./grace-check";
import { type PresenceRecord, RecordError } from "./presence-record";

/**
 * Reads the two events that invoke the watchdog: a batch of the connections table's stream (keys only) and a batch of
 * the grace queue. A record that names no user becomes an `UnreadableRecord`. It does not affect the other records.
 *
 * @param now epoch milliseconds
 * @throws {RecordError} for an event that is neither, or a record without its identifier. Such a record cannot be
 * reported, so Lambda must try the whole batch again.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
 */
export function decodeEvent(event: unknown, now: number): PresenceRecord[] {
  const records = property(event, "Records");
  if (!Array.isArray(records)) throw new RecordError("event has no Records: invoke presence by a stream or a queue");
  return records.map((record: unknown) => {
    const eventSource = property(record, "eventSource");
    if (eventSource === "aws:dynamodb") return decodeStreamRecord(record, now);
    if (eventSource === "aws:sqs") return decodeQueueRecord(record);
    throw new RecordError("eventSource is neither aws:dynamodb nor aws:sqs");
  });
}

function decodeStreamRecord(record: unknown, now: number): PresenceRecord {
  const change = property(record, "dynamodb");
  const itemIdentifier = identifier(property(change, "SequenceNumber"), "SequenceNumber");
  const userId = property(property(property(change, "Keys"), CONNECTION.userId), "S");
  if (typeof userId !== "string" || userId === "") {
    return { itemIdentifier, error: new RecordError(`stream record has no Keys.${CONNECTION.userId}.S`) };
  }
  const lastSeenAt = isExpiry(record) ? undefined : lastSeen(property(change, "ApproximateCreationDateTime"), now);
  const eventName = property(record, "eventName");
  const connectionId = property(property(property(change, "Keys"), CONNECTION.connectionId), "S");
  return {
    itemIdentifier,
    userId,
    lastSeenAt,
    ...(eventName === "INSERT" && { opened: true }),
    ...(eventName === "REMOVE" && typeof connectionId === "string" && { closed: connectionId }),
  };
}

function decodeQueueRecord(record: unknown): PresenceRecord {
  const itemIdentifier = identifier(property(record, "messageId"), "messageId");
  const userId = decodeGraceCheck(property(record, "body"));
  return userId === undefined
    ? { itemIdentifier, error: new RecordError("grace queue message is not a check of this watchdog") }
    : { itemIdentifier, userId };
}

/**
 * A connection row was added or removed at this time, so the user had a device. The stream has whole seconds. The end
 * of the second is used, so that a grace is never too short.
 */
function lastSeen(creationSeconds: unknown, now: number): number | undefined {
  if (typeof creationSeconds !== "number") return undefined;
  return Math.min(now, Math.floor(creationSeconds) * 1_000 + 999);
}

/**
 * Whether DynamoDB removed the row because it had expired. The row had expired earlier, so the removal says nothing
 * about a device.
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/time-to-live-ttl-streams.html
 */
function isExpiry(record: unknown): boolean {
  const userIdentity = property(record, "userIdentity");
  return (
    property(userIdentity, "type") === "Service" && property(userIdentity, "principalId") === "dynamodb.amazonaws.com"
  );
}

function identifier(value: unknown, name: string): string {
  if (typeof value !== "string" || value === "") throw new RecordError(`record has no ${name}`);
  return value;
}

function property(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
