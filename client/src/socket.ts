/** What the client needs of a WebSocket. The one of browsers, Node.js, Deno, Bun and React Native has it, and so has `ws`. */
export interface SocketLike {
  onopen: ((event: never) => void) | null;
  onmessage: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
  readonly readyState: number;
  send(text: string): void;
  close(): void;
}

/** A class of sockets: the global `WebSocket`, or the one of the package `ws`. */
export type SocketClass = new (url: string) => SocketLike;

/** A target of the events that say that a device is back: `window`, `document`, a worker's `self`. */
interface EventSource {
  addEventListener?: (event: string, listener: (event: { readonly type: string }) => void) => void;
  removeEventListener?: (event: string, listener: (event: { readonly type: string }) => void) => void;
}

/** The globals that some of the platforms have. */
export const platform = globalThis as unknown as EventSource & {
  readonly WebSocket?: SocketClass;
  readonly document?: { readonly visibilityState: string };
  readonly navigator?: { readonly onLine?: boolean };
};
