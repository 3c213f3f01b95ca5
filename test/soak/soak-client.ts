import type { FaultySocket } from "./faulty-socket";

/** Keeps what a client knows while it is closed: one text. */
export interface Memory {
  load(): string | undefined;
  save(text: string): void;
}

/** What an application gets. */
export interface SoakMessage {
  readonly id: string;
  readonly data: unknown;
  readonly channel?: string | undefined;
  readonly from?: string | undefined;
}

export interface SoakClientOptions {
  /** Without the token. */
  readonly url: string;
  readonly token: () => Promise<string>;
  readonly openSocket: (url: string) => FaultySocket;
  readonly memory: Memory;
  readonly onMessage: (message: SoakMessage) => void;
  /** Something may be missed, in the channel if there is one. */
  readonly onGap: (channel?: string) => void;
}

/** A client of protocol 2 that recovers. It connects at once, and again whenever its connection is lost. */
export interface SoakClient {
  /** The client is in the channel from now on, also on later connections, and goes on where it was before it was closed. */
  subscribe(channel: string): void;
  unsubscribe(channel: string): void;
  /**
   * Posts to the channel, on the next connection if there is none.
   *
   * @returns the id of the notification
   * @throws an error with a `code`: the reason of the refusal, or `closed`
   */
  post(channel: string, data: unknown): Promise<string>;
  /** What it knows is in its memory then. */
  close(): Promise<void>;
}

export type CreateSoakClient = (options: SoakClientOptions) => SoakClient;
