import { STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";

export interface HandshakeRefusal {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A refusal by a route or its authorizer. */
export const refusalByRoute = (status: number, requestId: string, body: string): HandshakeRefusal => ({
  status,
  headers: {
    "Content-Type": "application/json; charset=UTF-8",
    Connection: "keep-alive",
    "x-amz-apigw-id": requestId,
  },
  body,
});

/** A refusal before any route: the request is not a handshake, or the API has no stage at its path. */
export const refusalBeforeRoute = (status: number, message: string): HandshakeRefusal => ({
  status,
  headers: { "Content-Type": "application/json", Connection: "close" },
  body: JSON.stringify({ message }),
});

/** The refusals that come from the load balancer in front of API Gateway. */
export const LOAD_BALANCER_REFUSAL: HandshakeRefusal = {
  status: 400,
  headers: { Server: "awselb/2.0", "Content-Type": "text/html", Connection: "close" },
  body: [
    "<html>",
    "<head><title>400 Bad Request</title></head>",
    "<body>",
    "<center><h1>400 Bad Request</h1></center>",
    "</body>",
    "</html>",
    "",
  ].join("\r\n"),
};

/** Answers an upgrade with an ordinary HTTP response and ends the socket, whatever the `Connection` header says. */
export function refuseHandshake(socket: Duplex, { status, headers, body }: HandshakeRefusal): void {
  // A client that keeps its side open must not keep the socket open.
  socket.once("finish", () => socket.destroy());
  socket.end(
    [
      `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? "Error"}`,
      `Date: ${new Date().toUTCString()}`,
      ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
      `Content-Length: ${Buffer.byteLength(body)}`,
      "",
      body,
    ].join("\r\n"),
  );
}
