import { ANSWER_PATIENCE_MS, ASK_AGAIN_MS, type Frame, isForNow, type SendFrame } from "./small-frame";

export interface SmallChannelsOptions {
  /** The client's cursor, or an empty text. */
  readonly cursor: () => string;
  readonly onGap: (channel: string) => void;
}

interface Question {
  readonly action: "subscribe" | "unsubscribe";
  readonly id: string;
  readonly channels: readonly string[];
  readonly after?: string | undefined;
  readonly more?: true;
}

/**
 * The channels of the small client. One frame about them is on its way at a time, and the next one waits for the answer: so a
 * frame that is sent again cannot undo a later one.
 */
export class SmallChannels {
  readonly #wanted = new Set<string>();
  /** The channels in which the client goes on from its cursor. */
  readonly #joined: Set<string>;
  /** The channels that this connection has an answer about, and that it has not left. */
  #here = new Set<string>();
  #question: Question | undefined;
  #again: NodeJS.Timeout | undefined;
  #send: SendFrame | undefined;
  #count = 0;

  constructor(
    joined: readonly string[],
    private readonly options: SmallChannelsOptions,
  ) {
    this.#joined = new Set(joined);
  }

  get joined(): readonly string[] {
    return [...this.#joined];
  }

  /** Whether messages of a channel may be missing: then the client's cursor waits. */
  get isMissing(): boolean {
    return [...this.#joined].some((channel) => this.#wanted.has(channel) && !this.#here.has(channel));
  }

  want(channel: string): void {
    this.#wanted.add(channel);
    this.#next();
  }

  leave(channel: string): void {
    this.#wanted.delete(channel);
    this.#joined.delete(channel);
    this.#next();
  }

  opened(send: SendFrame): void {
    this.#send = send;
    this.#here = new Set();
    this.#next();
  }

  lost(): void {
    this.#send = undefined;
    this.#question = undefined;
    this.#here = new Set();
    clearTimeout(this.#again);
  }

  /** More messages from history may follow. */
  replayed(): void {
    if (this.#question !== undefined) this.#waitFor(this.#question);
  }

  /** @returns undefined if the frame is not the answer, else the cursor of the answer: it may be empty */
  answered({ type, id, reason, cursor = "", more, gap, channels = [] }: Frame): string | undefined {
    const question = this.#question;
    if (question === undefined || question.id !== id) return undefined;
    if (type === "refused") {
      // It is asked again, or it would be a fault: no frame of this client is wrong.
      if (isForNow(reason)) this.#waitFor(question, ASK_AGAIN_MS);
      return "";
    }
    if (type === "subscribed") {
      if (gap) for (const channel of channels) this.options.onGap(channel);
      if (more) {
        this.#ask({ ...question, after: cursor, more: true });
        return "";
      }
      for (const channel of question.channels) this.#here.add(channel);
      for (const channel of channels) if (this.#wanted.has(channel)) this.#joined.add(channel);
    } else if (type === "unsubscribed") for (const channel of question.channels) this.#here.delete(channel);
    else return undefined;
    clearTimeout(this.#again);
    this.#question = undefined;
    this.#next();
    return cursor;
  }

  /** Asks for what differs between this connection and the application. */
  #next(): void {
    if (this.#send === undefined || this.#question !== undefined) return;
    const missing = [...this.#wanted].filter((channel) => !this.#here.has(channel));
    const known = missing.filter((channel) => this.#joined.has(channel));
    const after = this.options.cursor();
    const superfluous = [...this.#here].filter((channel) => !this.#wanted.has(channel));
    const id = `channels-${++this.#count}`;
    if (known.length > 0 && after !== "") this.#ask({ action: "subscribe", id, channels: known, after });
    else if (missing.length > 0) this.#ask({ action: "subscribe", id, channels: missing });
    else if (superfluous.length > 0) this.#ask({ action: "unsubscribe", id, channels: superfluous });
  }

  #ask(question: Question): void {
    this.#question = question;
    this.#send?.(question);
    this.#waitFor(question);
  }

  #waitFor(question: Question, milliseconds = ANSWER_PATIENCE_MS): void {
    clearTimeout(this.#again);
    this.#again = setTimeout(() => this.#ask(question), milliseconds);
  }
}
