import { POSTED_BY_ATTRIBUTE } from "../../src/contract/channels";
import { reasonAttributes } from "../aws/dead-letter";
import type { OutgoingMessage, Sqs } from "../aws/sqs";
import { failureCode } from "../shared/failure-code";
import type { Log } from "../shared/log";
import { CONTINUATION_ATTRIBUTE } from "./continuation";
import type { Outbox, OutboxMessage } from "./outbox";

/**
 * The notifications queue and its dead-letter queue in SQS. A continuation has the attribute that marks it, even as a
 * dead letter, because a redrive keeps attributes. A dead letter has its reason in the attribute `reason`.
 */
export class NotificationQueues implements Outbox {
  constructor(
    private readonly sqs: Sqs,
    private readonly urls: { readonly notifications: string; readonly "dead-letters": string },
    private readonly log: Log,
  ) {}

  async send(
    queue: "notifications" | "dead-letters",
    messages: readonly OutboxMessage[],
    deadline: number,
  ): Promise<readonly OutboxMessage[]> {
    const outgoing = messages.map((source) => ({
      source,
      body: source.body,
      delaySeconds: source.delaySeconds,
      attributes: attributes(source),
    }));
    try {
      const unsent = await this.sqs.sendMessages(this.urls[queue], outgoing, { deadline });
      for (const { code } of unsent) this.log.error("send_failed", { queue, failure: code });
      return unsent.map(({ message }) => message.source);
    } catch (error) {
      // Our own fault. The promise is not always awaited, so a rejection would end the process.
      this.log.error("send_failed", { queue, failure: failureCode(error) });
      return messages;
    }
  }
}

function attributes({ isContinuation, postedBy, reason, detail }: OutboxMessage): OutgoingMessage["attributes"] {
  if (!isContinuation && reason === undefined) return undefined;
  return {
    ...(isContinuation && CONTINUATION_ATTRIBUTE),
    ...(postedBy !== undefined && { [POSTED_BY_ATTRIBUTE]: { DataType: "String", StringValue: postedBy } }),
    ...(reason !== undefined && reasonAttributes(reason, detail)),
  };
}
