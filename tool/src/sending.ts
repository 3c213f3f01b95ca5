import type { SendMessageBatchCommandOutput } from "@aws-sdk/client-sqs";
import { InvalidInputError, SumuBackend } from "sumu-backend";
import type { Stack } from "./stack";
import { MissingRightError, ToolError } from "./tool-error";

/** What the queue has accepted. */
export interface Accepted<Answer> {
  /** What the library's call gives. */
  readonly answer: Answer;
  readonly queueUrl: string;
  /** How the logs name the messages. */
  readonly messageIds: readonly string[];
}

/**
 * Sends requests with the library for backends, which checks names and sizes first.
 *
 * @throws ToolError if a value is wrong, or the right to send is missing
 */
export async function send<Answer>(
  stack: Stack,
  call: (sumu: SumuBackend) => Promise<Answer>,
): Promise<Accepted<Answer>> {
  const { url: queueUrl } = await stack.requireQueue("integration-notifications");
  const messageIds: string[] = [];
  let missing: MissingRightError | undefined;
  const sqs = {
    send: async (command: never) => {
      try {
        const output = (await stack.clients.sqs.send(command)) as SendMessageBatchCommandOutput;
        messageIds.push(...(output.Successful ?? []).map(({ MessageId = "" }) => MessageId));
        return output;
      } catch (error) {
        if (error instanceof MissingRightError) missing = error;
        throw error;
      }
    },
  };
  const sumu = new SumuBackend({ notificationsQueueUrl: queueUrl }, { sqs: sqs as unknown as Stack["clients"]["sqs"] });
  try {
    return { answer: await call(sumu), queueUrl, messageIds };
  } catch (error) {
    if (missing !== undefined) throw missing;
    // The library's words say what to do.
    throw error instanceof InvalidInputError ? new ToolError(error.message) : error;
  }
}
