import WebSocket from "ws";

/** What a tap sees of a connection. */
export interface Tap {
  opened(socket: FaultySocket): void;
  sent(socket: FaultySocket, text: string): void;
  /** Before the client gets it. */
  received(socket: FaultySocket, text: string): void;
  ended(socket: FaultySocket): void;
  /** The handshake failed. */
  refused(message: string): void;
}

type Handler<Event> = ((event: Event) => void) | null;

const HANDSHAKE_MS = 60_000;

let lastNumber = 0;

/**
 * A socket with the interface of a browser's, which breaks in the ways of real networks. It works below every client
 * library that takes a class of sockets.
 */
export class FaultySocket {
  /** Different for each connection of the run. */
  readonly number = ++lastNumber;
  onopen: Handler<object> = null;
  onmessage: Handler<{ readonly data: string }> = null;
  onclose: Handler<{ readonly code: number }> = null;
  onerror: Handler<{ readonly message: string }> = null;
  readonly #socket: WebSocket;
  #isLost = false;
  #isOpen = false;

  constructor(
    url: string,
    private readonly tap: Tap,
  ) {
    this.#socket = new WebSocket(url, { handshakeTimeout: HANDSHAKE_MS, perMessageDeflate: false });
    this.#socket.on("open", () => {
      if (this.#isLost) return;
      this.#isOpen = true;
      tap.opened(this);
      this.onopen?.({});
    });
    this.#socket.on("message", (data) => {
      if (this.#isLost) return;
      tap.received(this, String(data));
      this.onmessage?.({ data: String(data) });
    });
    this.#socket.on("error", ({ message }) => {
      if (this.#isLost) return;
      if (!this.#isOpen) tap.refused(message);
      this.onerror?.({ message });
    });
    this.#socket.on("close", (code) => this.#lose(code));
  }

  get readyState(): number {
    return this.#isLost ? WebSocket.CLOSED : this.#socket.readyState;
  }

  send(text: string): void {
    if (this.#isLost || this.#socket.readyState !== WebSocket.OPEN) return;
    this.tap.sent(this, text);
    this.#socket.send(text);
  }

  /** The client closes. */
  close(): void {
    this.#resume();
    this.#socket.close();
    this.#lose(1005);
  }

  /** The network breaks, and both sides notice. */
  cut(): void {
    this.#socket.terminate();
    this.#lose(1006);
  }

  /** The client's network breaks. The gateway goes on for this long as if the client took its messages. */
  vanish(milliseconds: number): void {
    if (this.#isLost) return;
    this.#resume();
    setTimeout(() => this.#socket.terminate(), milliseconds).unref();
    this.#lose(1006);
  }

  /** The client reads nothing for this long: the network and the gateway keep what arrives. */
  freeze(milliseconds: number): void {
    if (this.#isLost || !this.#isOpen) return;
    this.#socket.pause();
    setTimeout(() => this.#resume(), milliseconds).unref();
  }

  /** A socket whose handshake failed has nothing to resume, and ws throws. */
  #resume(): void {
    if (this.#isOpen) this.#socket.resume();
  }

  #lose(code: number): void {
    if (this.#isLost) return;
    this.#isLost = true;
    if (this.#isOpen) this.tap.ended(this);
    this.onclose?.({ code });
  }
}
