import type { IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import WebSocket from "ws";
import { TOKEN_HEADER, TOKEN_QUERY_PARAMETER } from "../../src/contract/routes";
import type { ClientEntrance } from "./client-entrance";
import { HandshakeRefusedError } from "./handshake-refused-error";
import { ToolError } from "./tool-error";

const TIMEOUT_MILLISECONDS = 20_000;

export interface ClientOptions {
  readonly token: string;
  /** `1` or `2`. Undefined: the client names none, as clients of protocol 1 do. */
  readonly protocol?: string;
  readonly onFrame: (frame: string) => void;
}

/** How a connection ended. */
export interface Close {
  /** RFC 6455's, or 1005 without a code, or 1006 without a close. */
  readonly code: number;
  readonly reason: string;
}

/**
 * A client's connection, with nothing between the frames and the caller: it does not connect again.
 *
 * It is made with `ws`, because Node.js 20 has no WebSocket of its own, and because a WebSocket of browsers hides with
 * which status the gateway refuses.
 */
export class ClientConnection {
  readonly closed: Promise<Close>;

  private constructor(private readonly socket: WebSocket) {
    this.closed = new Promise((resolve) =>
      socket.once("close", (code, reason) => resolve({ code, reason: reason.toString() })),
    );
  }

  /**
   * @throws HandshakeRefusedError if the gateway answers that it does not open the connection
   * @throws ToolError if nobody answers
   */
  static async open(entrance: Omit<ClientEntrance, "userIdClaim">, options: ClientOptions): Promise<ClientConnection> {
    const { tokenSource } = entrance;
    const { token, protocol, onFrame } = options;
    const url = new URL(entrance.url);
    if (tokenSource !== "header") url.searchParams.set(TOKEN_QUERY_PARAMETER, token);
    if (protocol !== undefined) url.searchParams.set("protocol", protocol);
    const headers = tokenSource === "header" ? { [TOKEN_HEADER]: token } : {};
    const socket = new WebSocket(url, { headers, handshakeTimeout: TIMEOUT_MILLISECONDS });
    const connection = new ClientConnection(socket);
    socket.on("message", (data) => onFrame(String(data)));
    await new Promise<void>((resolve, reject) => {
      socket.once("open", resolve);
      socket.once("unexpected-response", (_request, response) => {
        refusal(response).then(reject);
      });
      // After the handshake, an error is followed by the end of the connection.
      socket.on("error", (error: NodeJS.ErrnoException) => {
        const why = error.code ?? (error.message.includes("timed out") ? "timeout" : "no WebSocket");
        reject(new ToolError(`${entrance.url.origin} does not answer (${why}): check the address and the network`));
      });
    });
    return connection;
  }

  send(frame: string): void {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(frame);
  }

  close(): void {
    this.socket.close();
  }
}

async function refusal(response: IncomingMessage): Promise<HandshakeRefusedError> {
  const body = await text(response).catch(() => "");
  const [, requestId] = /"requestId": *"([^"\s]{1,64})"/.exec(body) ?? [];
  return new HandshakeRefusedError(response.statusCode ?? 0, requestId);
}
