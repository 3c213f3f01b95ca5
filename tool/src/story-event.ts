import type { Letter } from "./letters";

/** Something that happened, for `why` and `tail`. It has no payload, token or claim. */
export interface StoryEvent {
  /** Epoch milliseconds. */
  readonly at: number;
  /** The log, queue or table that says so. */
  readonly source: string;
  readonly what: string;
  readonly ids: Readonly<Record<string, string | undefined>>;
}

/** A line of the access log as an event. */
export function connectionEvent(
  at: number,
  fields: Readonly<Record<string, string | undefined>>,
  remark?: string,
): StoryEvent {
  const { requestId, connectionId } = fields;
  const what = whatHappened(fields);
  return {
    at,
    source: "access log",
    what: remark === undefined ? what : `${what} (${remark})`,
    ids: { requestId: given(requestId), connectionId: given(connectionId) },
  };
}

function whatHappened(fields: Readonly<Record<string, string | undefined>>): string {
  const { eventType, routeKey = "", status = "" } = fields;
  const failed = Number(status) >= 400;
  if (eventType === "CONNECTION_API") return callText(routeKey, status);
  if (eventType === "DISCONNECT") return "the connection ended";
  const reason = given(fields.refused) ?? given(fields.authorizerError) ?? given(fields.errorType);
  const because = reason === undefined ? "" : `: ${reason}`;
  if (eventType === "CONNECT") return failed ? `the connection was refused with ${status}${because}` : "connected";
  if (given(routeKey) === undefined) return `sent a frame whose action has no route (${status})`;
  return failed
    ? `the frame of route ${routeKey} failed with ${status}${because}`
    : `sent a frame of route ${routeKey}`;
}

/** A call of a function for one connection. */
function callText(routeKey: string, status: string): string {
  const [method = ""] = routeKey.split(" ");
  if (status === "410") return "gone: the connection was closed already (410)";
  if (status === "429") return "not delivered yet: the client does not read, or the account is throttled (429)";
  if (Number(status) >= 400) return `${method} to the connection failed with ${status}`;
  return method === "DELETE"
    ? "SUMU closed the connection"
    : method === "GET"
      ? "SUMU asked for the connection"
      : "delivered";
}

/** A line of a function's log as an event. */
export function functionEvent(at: number, group: string, fields: Readonly<Record<string, unknown>>): StoryEvent {
  const { level, code, decision, reason, failure, detail, connectionId, apiRequestId, messageId } = fields;
  const more = [decision, reason, failure, detail, pushedText(fields)]
    .filter((value) => value !== undefined && value !== "")
    .map(String);
  return {
    at,
    source: group.replace(/^.*-sumu-/, ""),
    what: `${level === "info" ? "" : `${level}: `}${code}${more.length > 0 ? `: ${more.join(", ")}` : ""}`,
    ids: {
      requestId: text(apiRequestId ?? fields.requestId),
      connectionId: text(connectionId),
      messageId: text(messageId ?? fields.message),
    },
  };
}

/** What a pusher's invocation did, by its counts. */
const PUSHED = {
  Delivered: "delivered",
  Gone: "gone",
  expired: "expired",
  ended: "ended",
  Continued: "continued later",
  deadLettered: "given up",
  malformed: "malformed",
  failed: "failed",
} as const;

function pushedText({ code, ...fields }: Readonly<Record<string, unknown>>): string | undefined {
  if (code !== "pushed") return undefined;
  const counts = Object.entries(PUSHED).flatMap(([name, words]) => (fields[name] ? [`${fields[name]} ${words}`] : []));
  return counts.length === 0 ? "nobody was connected" : counts.join(", ");
}

/** A dead letter as an event. */
export function letterEvent({ at, queue, messageId, reason, detail, audience }: Letter): StoryEvent {
  const why = reason ?? "the last of its tries failed";
  return {
    at,
    source: queue,
    what: `dead letter: a ${audience.kind === "other" ? "message" : audience.kind} was given up: ${why}${detail ? `, ${detail}` : ""}`,
    ids: { messageId, notificationId: audience.id },
  };
}

/** The longest source: `integration-notifications-dlq`. */
const SOURCE_WIDTH = 29;

/** One event as a line. */
export function eventText({ at, source, what, ids }: StoryEvent): string {
  const named = Object.entries(ids).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name.replace("Id", "")} ${value}`],
  );
  return `${new Date(at).toISOString()}  ${source.padEnd(SOURCE_WIDTH)}  ${what}${named.length > 0 ? `  [${named.join(", ")}]` : ""}`;
}

function given(value: string | undefined): string | undefined {
  return value === undefined || value === "" || value === "-" ? undefined : value;
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
