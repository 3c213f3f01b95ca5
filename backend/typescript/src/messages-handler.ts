import { ConfigurationError, SumuError } from "./errors";
import { HandleOnce, type HandlingOptions, type MessageHandler } from "./handle-once";
import { readMessage } from "./message";

/** What Lambda takes as the answer to an event of SQS: these messages come again. */
export interface BatchResponse {
  readonly batchItemFailures: { readonly itemIdentifier: string }[];
}

/**
 * A Lambda function's handler for messages, from the messages queue, from the messages topic, or from a queue of your own
 * on the topic. The event source mapping of a queue must have `ReportBatchItemFailures`, as
 * `sumu.invokeFromMessagesQueue` sets it: a failed message comes again alone.
 *
 * @example
 * export const handler = messagesHandler(async (message) => save(message.userId, message.json()));
 * @returns a function for the event; for an event of the topic it rejects when the message failed, so that Lambda tries
 * again
 */
export function messagesHandler(
  handler: MessageHandler,
  options: HandlingOptions = {},
): (event: unknown) => Promise<BatchResponse> {
  const once = new HandleOnce(handler, options);
  return async (event) => {
    const records = (event as { Records?: readonly Readonly<Record<string, unknown>>[] } | null)?.Records;
    if (!Array.isArray(records) || !records.every((record) => "Sns" in record || "messageId" in record)) {
      throw new ConfigurationError(
        "event_unknown",
        "this is not an event of SQS or SNS: connect the function to the messages queue or topic",
      );
    }
    const messages = records.map(readMessage);
    const isHandled = await Promise.all(messages.map((message) => once.handle(message)));
    const failed = messages.filter((_, index) => !isHandled[index]);
    // SNS sends one record, and takes no batch response.
    if (failed.length > 0 && records.some((record) => "Sns" in record)) {
      throw new SumuError("not_handled", `message ${failed[0]?.id} was not handled: Lambda tries it again`);
    }
    return { batchItemFailures: failed.map(({ id }) => ({ itemIdentifier: id })) };
  };
}
