import { assertMatches } from "../support/wire-schemas";
import type { Received } from "./received";

/** Holds a frame of SUMU's own against its schema; a bare notification, which is any JSON, passes. */
export function assertServerFrame(frame: string): void {
  const value: unknown = JSON.parse(frame);
  if (typeof value !== "object" || value === null || Array.isArray(value)) return;
  const isOwn = "requestId" in value || ("type" in value && ["pong", "ack", "error"].includes(String(value.type)));
  if (isOwn) assertMatches("server-frame", value);
  const isPushed = "type" in value && ["notification", "disconnect"].includes(String(value.type));
  if (isPushed) assertMatches("pushed-frame", value);
}

/** Holds a message that a backend has received against the schema of its source. */
export function assertReceived({ body, attributes }: Received): void {
  const MessageAttributes = Object.fromEntries(
    Object.entries(attributes).map(([name, [DataType, StringValue]]) => [name, { DataType, StringValue }]),
  );
  const isPresence = attributes.source?.[1] === "lambda.presence.watchdog";
  assertMatches(isPresence ? "presence-message" : "client-message", { Body: body, MessageAttributes });
  if (isPresence) assertMatches("presence-event", JSON.parse(body));
}
