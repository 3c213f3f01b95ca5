import { backoffMilliseconds, type Clock, inTime, sleep } from "./clock";
import { failureOf } from "./failure";
import type { StreamConnection } from "./read-connections";

/** A frame that a client takes longer for than this is not tried again: the client is skipped. */
const PATIENCE_MILLISECONDS = 2_000;
const MAX_WAIT_MILLISECONDS = 1_000;

/** A character has at most six bytes of JSON text, so that such a frame fits into 128 KB. */
const MAX_FRAME_CHARACTERS = 20_000;

/** What @connections answers for a client that has gone. */
const GONE = ["GoneException", "BadRequestException"];

/** The text that a stream has so far. */
export interface StreamedText {
  readonly text: string;
  /** The end of the last frame: what comes later waits for the next frame. */
  readonly end: number;
  /** Whether nothing more comes. */
  readonly isOver: boolean;
}

/** What a receiver needs of its stream. */
export interface ReceiverPorts {
  readonly clock: Clock;
  readonly source: StreamedText;
  /** The frame for a client: the JSON text. */
  frame(connection: StreamConnection, index: number, text: string): string;
  /** Rejects when @connections refuses. */
  post(connectionId: string, frame: string): Promise<unknown>;
}

/** How a connection fared. */
export type Outcome = "streamed" | "gone" | "skipped";

/**
 * Posts a stream's frames to one connection, one after the other. What comes while a post is under way is joined to the
 * next frame. A frame that was refused is posted again as it was: its index tells the client a repeat.
 */
export class StreamReceiver {
  outcome: Outcome = "skipped";
  /** Why the connection was skipped. */
  code = "slow";
  #index = 0;
  #posted = 0;
  #isStopped = false;
  #wake = () => {};

  constructor(
    private readonly connection: StreamConnection,
    private readonly ports: ReceiverPorts,
  ) {}

  /** Resolves when all is posted, or when the connection gets no more frames. Never rejects. */
  async run(): Promise<void> {
    const { source } = this.ports;
    while (!this.#isStopped) {
      if (this.#posted < source.end) {
        const next = frameEnd(source, this.#posted);
        if (!(await this.#postInTime(source.text.slice(this.#posted, next)))) return;
        this.#posted = next;
        this.#index++;
      } else if (source.isOver) {
        this.outcome = "streamed";
        return;
      } else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    }
  }

  /** There is a new frame, or the end. */
  wake(): void {
    this.#wake();
  }

  /** No further post begins. */
  stop(): void {
    this.#isStopped = true;
    this.#wake();
  }

  /** Whether the client has the frame. */
  async #postInTime(text: string): Promise<boolean> {
    const { clock, frame, post } = this.ports;
    const body = frame(this.connection, this.#index, text);
    const deadline = clock.now() + PATIENCE_MILLISECONDS;
    for (let attempt = 1; !this.#isStopped; attempt++) {
      let code = "slow";
      const posted = post(this.connection.connectionId, body).then(
        () => true,
        (error: unknown) => {
          code = failureOf(error).code;
          return false;
        },
      );
      const isAnswered = await inTime(clock, posted, deadline - clock.now());
      if (isAnswered && (await posted)) return true;
      this.code = code;
      if (GONE.includes(code)) {
        this.outcome = "gone";
        return false;
      }
      const wait = backoffMilliseconds(clock, attempt, MAX_WAIT_MILLISECONDS);
      if (clock.now() + wait >= deadline) return false;
      await sleep(clock, wait);
    }
    return false;
  }
}

/** Never between the two halves of a character. */
function frameEnd({ text, end }: StreamedText, start: number): number {
  const limit = Math.min(end, start + MAX_FRAME_CHARACTERS);
  return limit < end && isFirstHalf(text, limit - 1) ? limit - 1 : limit;
}

/** Whether a character of two halves begins here. */
export function isFirstHalf(text: string, index: number): boolean {
  const code = text.charCodeAt(index);
  return code >= 0xd800 && code <= 0xdbff;
}
