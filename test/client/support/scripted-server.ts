import type { SocketClass, SocketLike } from "../../../client/src";

/** What a client has sent, parsed. */
export interface SentFrame {
  readonly action: string;
  readonly id?: string;
  readonly [member: string]: unknown;
}

/** A client's socket, with the server's side in the test's hands. */
export class ScriptedSocket implements SocketLike {
  onopen: ((event: never) => void) | null = null;
  onmessage: ((event: never) => void) | null = null;
  onclose: ((event: never) => void) | null = null;
  onerror: ((event: never) => void) | null = null;
  readyState = 0;
  readonly sent: SentFrame[] = [];
  /** The client has called `close`. */
  isClosed = false;

  constructor(readonly url: string) {}

  send(text: string): void {
    if (this.readyState === 0) throw new Error("sent into a socket that is not open");
    // A real socket drops what is sent after the close.
    if (!this.isClosed) this.sent.push(JSON.parse(text));
  }

  /** The socket of a dead network: no close event comes. */
  close(): void {
    this.isClosed = true;
    this.readyState = 2;
  }

  /** The handshake succeeds. */
  open(): void {
    this.readyState = 1;
    this.onopen?.({} as never);
  }

  /** A frame of the server. */
  push(frame: unknown): void {
    this.pushText(JSON.stringify(frame));
  }

  pushText(data: unknown): void {
    this.onmessage?.({ data } as never);
  }

  /** The server or the network ends the connection, or refuses the handshake. */
  end(code = 1006, error?: string): void {
    this.readyState = 3;
    if (error !== undefined) this.onerror?.({ message: error } as never);
    this.onclose?.({ code } as never);
  }

  /** The frames of one action. */
  of(action: string): SentFrame[] {
    return this.sent.filter((frame) => frame.action === action);
  }

  /** The last frame of one action. */
  last(action: string): SentFrame {
    const frame = this.of(action).at(-1);
    if (frame === undefined) throw new Error(`the client has sent no ${action}, but ${JSON.stringify(this.sent)}`);
    return frame;
  }
}

/** All sockets that clients have opened. */
export class ScriptedServer {
  readonly sockets: ScriptedSocket[] = [];
  readonly WebSocket: SocketClass;

  constructor() {
    const { sockets } = this;
    this.WebSocket = class extends ScriptedSocket {
      constructor(url: string) {
        super(url);
        sockets.push(this);
      }
    };
  }

  socket(index: number): ScriptedSocket {
    const socket = this.sockets.at(index);
    if (socket === undefined) throw new Error(`there is no socket ${index}, but ${this.sockets.length} of them`);
    return socket;
  }
}

export const ACK = { type: "ack", action: "send", requestId: "r" };
export const PONG = { type: "pong", statusCode: 200, connectionId: "c" };
export const gatewayError = (message: string) => ({ message, connectionId: "c", requestId: "r" });
/** A stack without the route of a frame answers this. */
export const FORBIDDEN = gatewayError("Forbidden");
