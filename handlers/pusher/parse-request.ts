import { jsonMember } from "../shared/json-member";
import { isJsonObject } from "../shared/json-object";
import { CONTINUATION, CONTINUATION_MALFORMED } from "./continuation";
import { readDisconnectState, readRevokeState } from "./ending-continuation";
import { requestInFailure } from "./failure-envelope";
import { MalformedNotificationError } from "./notification";
import { type ExplicitNotification, parseDisconnect, parseExplicitNotification, parseRevoke } from "./parse-explicit";
import { type MessageFacts, parseNotification } from "./parse-notification";
import { readChannelContinuation } from "./read-continuation";
import { REQUEST_MEMBERS, type Request } from "./request";

/**
 * Reads a message of the notifications topic or queue, in the old form (`data` is a member of the message) or in the new
 * one, which has exactly one of {@link REQUEST_MEMBERS}. A dead letter that comes back by a redrive is read in the same way.
 *
 * @throws {@link MalformedNotificationError}
 */
export function parseRequest(body: string, facts: MessageFacts): Request {
  const message = parseObject(body);
  if (Object.hasOwn(message, "data")) return { notification: parseNotification(body, message, facts) };
  const [name, another] = REQUEST_MEMBERS.filter((member) => Object.hasOwn(message, member));
  if (name === undefined) {
    const failed = requestInFailure(message);
    if (failed === undefined) {
      throw new MalformedNotificationError("the message has no `data`, `notification`, `disconnect` or `revoke`");
    }
    // SNS or Lambda has wrapped a message of the topic, which is never a continuation.
    return parseRequest(failed.body, { id: failed.id ?? facts.id, sentAt: facts.sentAt });
  }
  const state = stateOf(message, facts);
  if (another !== undefined || Object.keys(message).length > (state === undefined ? 1 : 2)) {
    throw new MalformedNotificationError(`the message has another member beside \`${name}\``);
  }
  const value = message[name];
  switch (name) {
    case "notification":
      return notificationRequest(
        parseExplicitNotification(value, jsonMember(body, name) ?? "", facts.id),
        state,
        facts,
      );
    case "disconnect":
      return { disconnect: { ...parseDisconnect(value), ...readDisconnectState(state) } };
    case "revoke":
      return { revoke: { ...parseRevoke(value), ...readRevokeState(state) } };
  }
}

function notificationRequest(
  { to, ...notification }: ExplicitNotification,
  state: unknown,
  { sentAt, postedBy }: MessageFacts,
): Request {
  if (to.kind !== "channels") {
    if (state !== undefined) throw new MalformedNotificationError(CONTINUATION_MALFORMED);
    return { notification: { ...notification, audience: to, attempt: 1, sentAt } };
  }
  if (state !== undefined) {
    const [channel] = to.channels;
    if (channel === undefined || to.channels.length > 1) throw new MalformedNotificationError(CONTINUATION_MALFORMED);
    return { notification: { ...notification, sentAt, ...readChannelContinuation(state), channel } };
  }
  const whole = { ...notification, ...(postedBy !== undefined && { from: postedBy }), attempt: 1, sentAt };
  return { channels: to.channels.map((channel) => ({ ...whole, channel, audience: { kind: "channel" } })) };
}

/** The state from an earlier invocation; undefined in a backend's request. */
function stateOf(message: Readonly<Record<string, unknown>>, { isContinuation = false }: MessageFacts): unknown {
  if (!Object.hasOwn(message, CONTINUATION)) return undefined;
  if (!isContinuation) throw new MalformedNotificationError(`\`${CONTINUATION}\` is reserved for SUMU`);
  return message[CONTINUATION] ?? null;
}

function parseObject(body: string): Record<string, unknown> {
  let message: unknown;
  try {
    message = JSON.parse(body);
  } catch {
    throw new MalformedNotificationError("the message is not JSON");
  }
  if (!isJsonObject(message)) throw new MalformedNotificationError("the message is not a JSON object");
  return message;
}
