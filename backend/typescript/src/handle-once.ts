import type { Message } from "./message";

/** Handles a message. If it throws, the message comes again. */
export type MessageHandler = (message: Message) => unknown;

/** Which messages are done. Several processes need a shared place for it: a table with a conditional put and a TTL. */
export interface Done {
  has(id: string): boolean | Promise<boolean>;
  add(id: string): unknown;
}

/** For one process: the last 10,000 ids. */
export class RecentlyDone implements Done {
  readonly #ids = new Set<string>();

  constructor(private readonly size = 10_000) {}

  has(id: string): boolean {
    return this.#ids.has(id);
  }

  add(id: string): void {
    this.#ids.add(id);
    const [oldest] = this.#ids;
    if (this.#ids.size > this.size && oldest !== undefined) this.#ids.delete(oldest);
  }
}

/** Called when something has failed that is tried again. Log the id and the error, never the body. If it fails, nothing ends. */
export type OnError = (error: unknown, messageId?: string) => void;

/** How messages are handled. */
export interface HandlingOptions {
  /** Which messages are done, so that a repeat is not handled. @default - the last 10,000 of this process */
  readonly done?: Done;
  /** @default - `console.error` */
  readonly onError?: OnError;
}

/** Handles each message once: a repeat, in the same batch too, counts as handled without a second call. */
export class HandleOnce {
  readonly #done: Done;
  readonly #onError: OnError;
  /** Messages that are being handled now. */
  readonly #running = new Map<string, Promise<boolean>>();

  constructor(
    private readonly handler: MessageHandler,
    { done = new RecentlyDone(), onError = logError }: HandlingOptions = {},
  ) {
    this.#done = done;
    this.#onError = carefully(onError);
  }

  /** Whether the message is handled. Never rejects. */
  handle(message: Message): Promise<boolean> {
    const running = this.#running.get(message.id) ?? this.#handle(message);
    this.#running.set(message.id, running);
    return running.finally(() => this.#running.delete(message.id));
  }

  async #handle(message: Message): Promise<boolean> {
    try {
      if (await this.#done.has(message.id)) return true;
      await this.handler(message);
    } catch (error) {
      this.#onError(error, message.id);
      return false;
    }
    try {
      await this.#done.add(message.id);
    } catch (error) {
      // The message is handled: if it came again, it would be handled twice for certain.
      this.#onError(error, message.id);
    }
    return true;
  }
}

/** The same, but it never throws or rejects: an error of the application's log must not end a loop or a process. */
export function carefully(onError: OnError): OnError {
  return async (error, messageId) => {
    try {
      await onError(error, messageId);
    } catch (failure) {
      logError(error, messageId);
      logError(failure);
    }
  };
}

/** Writes the error and the message's id, never the message. */
export const logError: OnError = (error, messageId) =>
  console.error(
    messageId === undefined ? "sumu: a call has failed:" : `sumu: message ${messageId} was not handled:`,
    error,
  );
