import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { SendMessageCommand } from "@aws-sdk/client-sqs";
import { SumuBackend } from "../../backend/typescript/src/index";
import type { LocalStack } from "../../local/local-stack";
import { digest } from "./device";
import { queueEvent, topicEvent } from "./function-events";
import type { Send } from "./plan-steps";
import { PusherInvoker } from "./pusher-invoker";
import type { Audience, SentEvent, SoakEvent } from "./record";

/** A notification that is about to be sent. Its id may be known only when the queue has it. */
type Outgoing = { -readonly [Key in keyof SentEvent]: SentEvent[Key] };

/** What a backend does with a notification: it gives what delivers the same message again. */
type Backend = (sent: Outgoing, data: unknown) => Promise<() => Promise<void>>;

/**
 * Three backends: one writes to the queue and leaves the id to SQS, one uses the backend library, and one publishes to
 * the topic.
 */
export class Backends {
  readonly counts = { toUsers: 0, toEveryone: 0, toChannels: 0, unkept: 0, doubled: 0 };
  readonly #work = new Set<Promise<void>>();
  readonly #failures: unknown[] = [];
  readonly #invoker: PusherInvoker;
  readonly #library: SumuBackend;
  readonly #backends: readonly Backend[];
  #number = 0;

  constructor(
    private readonly stack: LocalStack,
    private readonly userName: (index: number) => string,
    private readonly write: (event: SoakEvent) => void,
  ) {
    this.#invoker = new PusherInvoker(stack);
    const settings = { notificationsQueueUrl: stack.info.notifications.queue.url };
    this.#library = new SumuBackend(settings, { sqs: stack.aws.sqs });
    this.#backends = [this.#byQueue, this.#byLibrary, this.#byTopic];
  }

  /** Begins to send. */
  send(step: Send): void {
    const work = this.#send(step).catch((error: unknown) => void this.#failures.push(error));
    this.#work.add(work);
    void work.then(() => this.#work.delete(work));
  }

  /** How many notifications are not sent yet, or not delivered again. */
  get underWay(): number {
    return this.#work.size;
  }

  /** Waits until everything is sent and delivered again. @throws the first failure */
  async idle(): Promise<void> {
    while (this.#work.size > 0) await Promise.all(this.#work);
    if (this.#failures.length > 0) throw this.#failures[0];
  }

  async #send({ backend, to: planned, except: left, bytes, isKept, againAfterMilliseconds }: Send): Promise<void> {
    const data = { number: ++this.#number, text: "x".repeat(bytes) };
    const { to, count } = this.#audience(planned);
    const except = this.#names(left);
    const sent: Outgoing = { kind: "sent", id: randomUUID(), to, except, data: digest(data), isKept };
    // A client may have it before the backend has the queue's answer.
    this.write(sent);
    this.counts[count]++;
    if (!isKept) this.counts.unkept++;
    const deliverAgain = await (this.#backends[backend] as Backend)(sent, data);
    if (againAfterMilliseconds === undefined) return;
    await sleep(againAfterMilliseconds);
    this.counts.doubled++;
    await deliverAgain();
  }

  #audience(to: Send["to"]): { readonly to: Audience; readonly count: "toUsers" | "toEveryone" | "toChannels" } {
    if (to === "everyone") return { to, count: "toEveryone" };
    if ("users" in to) return { to: this.#names(to.users), count: "toUsers" };
    return { to: { channels: [...new Set(to.channels)] }, count: "toChannels" };
  }

  #names(indexes: readonly number[]): readonly string[] {
    return [...new Set(indexes.map(this.userName))];
  }

  readonly #byQueue: Backend = async (sent, data) => {
    const MessageBody = requestText(sent, data);
    const QueueUrl = this.stack.info.notifications.queue.url;
    const { MessageId = "" } = await this.stack.aws.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));
    sent.id = MessageId;
    return () => this.#invoker.invoke(queueEvent(MessageId, MessageBody));
  };

  readonly #byLibrary: Backend = async ({ id, to, except, isKept }, data) => {
    const options = { id, keep: isKept, ...(except.length > 0 && { except: [...except] }) };
    const notify = async (): Promise<void> => {
      if (to === "everyone") await this.#library.notifyEveryone(data, options);
      else if ("channels" in to) await this.#library.notifyChannel([...to.channels], data, options);
      else await this.#library.notify([...to], data, options);
    };
    await notify();
    return notify;
  };

  readonly #byTopic: Backend = async (sent, data) => {
    const event = topicEvent(sent.id, requestText(sent, data), this.stack.info.notifications.topic.arn);
    const publish = () => this.#invoker.invoke(event);
    await publish();
    return publish;
  };
}

function requestText({ to: audience, except, isKept }: Outgoing, data: unknown): string {
  const to = audience === "everyone" || "channels" in audience ? audience : { users: audience };
  const exceptions = except.length > 0 && { except: { users: except } };
  return JSON.stringify({ notification: { to, ...exceptions, data, ...(!isKept && { keep: false }) } });
}
