/**
 * The request inside a dead letter that AWS itself has written, so that a redrive delivers it again. SNS wraps a
 * message that it could not pass to the function. Lambda wraps an event that the function has failed.
 *
 * @param message - A message that is not a backend's request: it has no `data`.
 * @returns The request's JSON text, as the backend wrote it, with SNS's id of it, which the function also got.
 * Undefined if the message is not a dead letter from AWS.
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
