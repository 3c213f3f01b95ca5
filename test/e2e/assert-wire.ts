import { assertMatches } from "../support/wire-schemas";
import type { Received } from "./received";

/** Checks one of SUMU's own frames against its schema. A bare notification passes, because it may be any JSON. */
export function assertServerFrame(frame: string): void {
  const value: unknown = JSON.parse(frame);
  if (typeof value !== "object" || value === null || Array.isArray(value)) return;
  const isOwn = "requestId" in value || ("type" in value && ["pong", "ack", "error"].includes(String(value.type)));
  if (isOwn) assertMatches("server-frame", value);
  const isPushed = "type" in value && ["notification", "disconnect"].includes(String(value.type));
  if (isPushed) assertMatches("pushed-frame", value);
}

/** Checks a message from a backend's queue against the schema of its source. */
export function assertReceived({ body, attributes }: Received): void {
  const MessageAttributes = Object.fromEntries(
    Object.entries(attributes).map(([name, [DataType, StringValue]]) => [name, { DataType, StringValue }]),
  );
  const isPresence = attributes.source?.[1] === "lambda.presence.watchdog";
  assertMatches(isPresence ? "presence-message" : "client-message", { Body: body, MessageAttributes });
  if (isPresence) assertMatches("presence-event", JSON.parse(body));
}
