import type { FaultySocket } from "./faulty-socket";

/** Keeps what a client knows while it is closed: one text. */
export interface Memory {
  load(): string | undefined;
  save(text: string): void;
}

export interface SoakClientOptions {
  /** Without the token. */
  readonly url: string;
  readonly token: () => Promise<string>;
  readonly openSocket: (url: string) => FaultySocket;
  readonly memory: Memory;
  readonly onMessage: (message: { readonly id: string; readonly data: unknown }) => void;
  /** Something may be missed. */
  readonly onGap: () => void;
}

/** A client of protocol 2 that recovers. It connects at once, and again whenever its connection is lost. */
export interface SoakClient {
  /** What it knows is in its memory then. */
  close(): Promise<void>;
}

export type CreateSoakClient = (options: SoakClientOptions) => SoakClient;
