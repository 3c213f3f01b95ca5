/**
 * The request inside a letter of the dead-letter queue that AWS has put there by itself, so that a redrive sends it on
 * its way again: SNS wraps what it could not hand to the function, Lambda wraps the event that the function has failed.
 *
 * @param message - A message that is no request of a backend's: it has no `data`.
 * @returns The request's JSON text, as the backend wrote it, with SNS's id of it, which the function got too; undefined when
 * the message is no such letter.
 * @see https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html
 * @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
 */
export function requestInFailure(
  message: Readonly<Record<string, unknown>>,
): { readonly body: string; readonly id?: string } | undefined {
  const { Type: type, Message: text, MessageId: messageId, requestPayload } = message;
  if (type === "Notification" && typeof text === "string") return withId(text, messageId);
  // SNS invokes a function with one record at a time.
  const sns = member(first(member(requestPayload, "Records")), "Sns");
  const failed = member(sns, "Message");
  return typeof failed === "string" ? withId(failed, member(sns, "MessageId")) : undefined;
}

function withId(body: string, id: unknown): { readonly body: string; readonly id?: string } {
  return typeof id === "string" && id !== "" ? { body, id } : { body };
}

function member(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

function first(list: unknown): unknown {
  return Array.isArray(list) && list.length === 1 ? list[0] : undefined;
}
