import { setTimeout as sleep } from "node:timers/promises";
import { InvokeCommand } from "@aws-sdk/client-lambda";
import { ListSubscriptionsByTopicCommand } from "@aws-sdk/client-sns";
import type { LocalStack } from "../../local/local-stack";

/** Each invocation at the same time has a process of its own. */
const AT_ONCE = 4;
const RETRY_MS = 1_000;
/** SNS tries for 23 days. A pusher that fails so often is broken. */
const TRIES = 60;

/**
 * Invokes the pusher until it succeeds, as SNS and Lambda do. The topic of the local AWS tries once: a notification would
 * be lost with a function that is killed. And no service can be asked to deliver a message twice.
 */
export class PusherInvoker {
  #running = 0;
  readonly #waiting: (() => void)[] = [];
  #functionArn: Promise<string> | undefined;

  constructor(private readonly stack: LocalStack) {}

  /** @throws Error when the pusher has failed too often */
  async invoke(event: object): Promise<void> {
    if (this.#running >= AT_ONCE) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#running++;
    try {
      await this.#untilDone(event);
    } finally {
      this.#running--;
      this.#waiting.shift()?.();
    }
  }

  async #untilDone(event: object): Promise<void> {
    this.#functionArn ??= this.#findPusher();
    const FunctionName = await this.#functionArn;
    for (let tries = 1; ; tries++) {
      const request = new InvokeCommand({ FunctionName, Payload: JSON.stringify(event) });
      const failure = await this.stack.aws.lambda.send(request).then(
        (answer) => answer.FunctionError ?? batchFailure(answer.Payload),
        ({ name }: Error) => name,
      );
      if (failure === undefined) return;
      if (tries === TRIES) throw new Error(`the pusher has failed ${TRIES} times: ${failure}`);
      await sleep(RETRY_MS);
    }
  }

  async #findPusher(): Promise<string> {
    const { aws, info } = this.stack;
    const request = new ListSubscriptionsByTopicCommand({ TopicArn: info.notifications.topic.arn });
    const { Subscriptions = [] } = await aws.sns.send(request);
    const pusher = Subscriptions.find(({ Protocol }) => Protocol === "lambda")?.Endpoint;
    if (pusher === undefined) throw new Error("no function has subscribed to the notifications topic");
    return pusher;
  }
}

function batchFailure(payload: Uint8Array | undefined): string | undefined {
  const text = Buffer.from(payload ?? []).toString("utf8");
  const { batchItemFailures = [] } = (JSON.parse(text || "null") ?? {}) as { batchItemFailures?: unknown[] };
  return batchItemFailures.length > 0 ? "batchItemFailures" : undefined;
}
