import type { WebSocket } from "ws";

/** One client, from the start of its handshake. */
export interface Connection {
  readonly id: string;
  /** The stage that the client connected to. */
  readonly stageName: string;
  /** Epoch milliseconds. */
  readonly connectedAt: number;
  readonly identity: { readonly sourceIp: string; readonly userAgent: string };
  /** `$context.authorizer`: the principalId and the authorizer's own context, as text. */
  authorizer: Readonly<Record<string, string>>;
  lastActiveAt: number;
  /** How the connection ended. */
  ended?: { readonly code: number; readonly reason: string };
  /** Messages that are being served. */
  inFlight: number;
  /** Messages that wait until a message in flight ends, in the order of their arrival. */
  readonly waiting: string[];
  /** Set from the end of the handshake until the connection ends. */
  socket: WebSocket | undefined;
}
