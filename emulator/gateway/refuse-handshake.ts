import { STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";

/** Answers an upgrade with an ordinary HTTP response and ends the socket. */
export function refuseHandshake(socket: Duplex, status: number, body: { readonly message: string }): void {
  const text = JSON.stringify(body);
  // A client that keeps its half open must not keep the socket.
  socket.once("finish", () => socket.destroy());
  socket.end(
    [
      `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? "Error"}`,
      "Content-Type: application/json",
      `Content-Length: ${Buffer.byteLength(text)}`,
      "Connection: close",
      "",
      text,
    ].join("\r\n"),
  );
}
