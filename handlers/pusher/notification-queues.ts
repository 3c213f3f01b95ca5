import { reasonAttribute } from "../aws/dead-letter";
import type { Sqs } from "../aws/sqs";
import type { Log } from "../shared/log";
import type { Outbox, OutboxMessage } from "./handover";

/** The notifications queue and its dead-letter queue in SQS. A dead letter's reason is its attribute `reason`. */
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
      attributes: source.reason === undefined ? undefined : reasonAttribute(source.reason),
    }));
    const unsent = await this.sqs.sendMessages(this.urls[queue], outgoing, { deadline });
    for (const { code } of unsent) this.log.error("send_failed", { queue, failure: code });
    return unsent.map(({ message }) => message.source);
  }
}
