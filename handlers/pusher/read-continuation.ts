import { isJsonObject } from "../shared/json-object";
import type { Connection, PageKey, Segment } from "./connection";
import { CONTINUATION_MALFORMED, type ContinuationState } from "./continuation";
import { type Audience, MalformedNotificationError, type Notification } from "./notification";

/**
 * Reads the member in which `continuationBodies` has stored the state.
 *
 * @param users - The message's own users.
 * @throws {@link MalformedNotificationError}
 */
export function readContinuation(
  continuation: unknown,
  users: readonly string[],
): ContinuationState & Pick<Notification, "audience"> {
  const { state, members } = readState(continuation);
  const { refusals, ...others } = state;
  const { segment, after } = members;
  if (members.connections !== undefined) return { ...state, audience: connectionsAudience(members) };
  if (users.length > 0) return { ...others, audience: { kind: "users", users, after: pageKey(after) } };
  if (segment !== undefined && !isSegment(segment)) throw malformed();
  return { ...others, audience: { kind: "everyone", segment, after: pageKey(after) } };
}

/**
 * The same for a notification to a channel.
 *
 * @throws {@link MalformedNotificationError}
 */
export function readChannelContinuation(continuation: unknown): ContinuationState & Pick<Notification, "audience"> {
  const { state, members } = readState(continuation);
  const { refusals, ...others } = state;
  if (members.connections !== undefined) return { ...state, audience: connectionsAudience(members) };
  const { after, until } = members;
  return { ...others, audience: { kind: "channel", after: pageKey(after), until: pageKey(until) } };
}

function readState(continuation: unknown): {
  readonly state: ContinuationState;
  readonly members: Readonly<Record<string, unknown>>;
} {
  if (!isJsonObject(continuation)) throw malformed();
  const { attempt, refusals = 0, id, keep, sent_at: sentAt, from } = continuation;
  if (typeof attempt !== "number" || !Number.isSafeInteger(attempt) || attempt < 1) throw malformed();
  if (typeof refusals !== "number" || !Number.isSafeInteger(refusals) || refusals < 0) throw malformed();
  if (sentAt !== undefined && typeof sentAt !== "number") throw malformed();
  if (id !== undefined && typeof id !== "string") throw malformed();
  if (from !== undefined && typeof from !== "string") throw malformed();
  const state = {
    attempt,
    refusals,
    ...(sentAt !== undefined && { sentAt }),
    ...(id !== undefined && { id }),
    ...(keep === false && { keep: false as const }),
    ...(from !== undefined && { from }),
  };
  return { state, members: continuation };
}

function malformed(): MalformedNotificationError {
  return new MalformedNotificationError(CONTINUATION_MALFORMED);
}

function pageKey(value: unknown): PageKey | undefined {
  if (value !== undefined && !isJsonObject(value)) throw malformed();
  return value;
}

function connectionsAudience(members: Readonly<Record<string, unknown>>): Audience {
  const { read_at: readAt } = members;
  if (readAt !== undefined && typeof readAt !== "number") throw malformed();
  return { kind: "connections", connections: readConnections(members), readAt };
}

function readConnections({ connections, protocol, ends_at: ends }: Readonly<Record<string, unknown>>): Connection[] {
  if (!Array.isArray(connections) || !connections.every(isConnectionTuple)) throw malformed();
  if (protocol !== undefined && typeof protocol !== "number") throw malformed();
  if (ends !== undefined && !(Array.isArray(ends) && ends.every(Number.isFinite))) throw malformed();
  return connections.map(([userId, connectionId, connectedAt], index) => ({
    userId,
    connectionId,
    connectedAt,
    protocol,
    endsAt: ends?.[index],
  }));
}

function isConnectionTuple(value: unknown): value is [string, string, number] {
  return (
    Array.isArray(value) &&
    value.length === 3 &&
    typeof value[0] === "string" &&
    typeof value[1] === "string" &&
    typeof value[2] === "number"
  );
}

function isSegment(value: unknown): value is Segment {
  if (!isJsonObject(value)) return false;
  const { index, count } = value;
  return Number.isInteger(index) && Number.isInteger(count) && Number(index) >= 0 && Number(index) < Number(count);
}
