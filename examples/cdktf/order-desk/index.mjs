import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { answersOf } from "./answers.mjs";

const sqs = new SQSClient();
const QueueUrl = process.env.NOTIFICATIONS_QUEUE_URL;

/**
 * Lambda calls this with batches of the messages queue, and with single messages of the messages topic. Failed messages
 * of a batch arrive again.
 */
export async function handler(event) {
  const batchItemFailures = [];
  for (const record of event.Records) {
    try {
      for (const notification of answersOf(record)) {
        await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify(notification) }));
      }
    } catch (error) {
      // A message of the topic has no id that a failure could name, so Lambda retries the whole invocation.
      if (record.messageId === undefined) throw error;
      console.error(record.messageId, error instanceof Error ? error.name : "failed");
      batchItemFailures.push({ itemIdentifier: record.messageId });
    }
  }
  return { batchItemFailures };
}
