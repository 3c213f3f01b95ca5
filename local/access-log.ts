import {
  type CloudWatchLogsClient,
  CreateLogStreamCommand,
  PutLogEventsCommand,
} from "@aws-sdk/client-cloudwatch-logs";

/** API Gateway writes its log some seconds late. Here it is soon, and a busy run still makes few calls. */
const FLUSH_MILLISECONDS = 250;
/** CloudWatch Logs takes ten times as many in a call. */
const MAX_EVENTS = 1_000;

/** Puts the gateway's access log into its log group, where the operator's tool reads it. */
export class AccessLog {
  readonly #logs: CloudWatchLogsClient;
  readonly #stream: { readonly logGroupName: string; readonly logStreamName: string };
  #waiting: { readonly timestamp: number; readonly message: string }[] = [];
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<unknown> | undefined;

  constructor(logs: CloudWatchLogsClient, logGroupName: string) {
    this.#logs = logs;
    this.#stream = { logGroupName, logStreamName: "gateway" };
  }

  write(message: string): void {
    this.#waiting.push({ timestamp: Date.now(), message });
    this.#timer ??= setTimeout(() => this.#flush(), FLUSH_MILLISECONDS);
  }

  /** Drops what is not written yet, because the log group ends too. */
  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    this.#waiting = [];
    await this.#writing;
  }

  #flush(): void {
    // A line that cannot be written is lost, as on AWS: the gateway goes on.
    this.#writing = (this.#writing ?? this.#logs.send(new CreateLogStreamCommand(this.#stream)).catch(() => {})).then(
      async () => {
        const logEvents = this.#waiting.splice(0, MAX_EVENTS);
        await this.#logs.send(new PutLogEventsCommand({ ...this.#stream, logEvents })).catch(() => {});
        this.#timer = this.#waiting.length === 0 ? undefined : setTimeout(() => this.#flush(), FLUSH_MILLISECONDS);
      },
    );
  }
}
