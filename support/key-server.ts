import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";

export interface KeyServerAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** An issuer's key endpoint on a free port of 127.0.0.1. */
export interface KeyServer {
  readonly url: URL;
  /** How many requests have arrived. */
  readonly requests: number;
  close(): Promise<void>;
}

/** The server's answer to each request, or a listener for cases that no answer can express. */
export type KeyServerScript = () => KeyServerAnswer | RequestListener;

export async function startKeyServer(
  script: KeyServerScript,
  tls?: { readonly key: string; readonly cert: string },
): Promise<KeyServer> {
  let requests = 0;
  const listener: RequestListener = (request, response) => {
    requests += 1;
    const answer = script();
    if (typeof answer === "function") {
      answer(request, response);
    } else {
      response.writeHead(answer.status ?? 200, answer.headers).end(answer.body);
    }
  };
  const server: Server = tls ? createTlsServer(tls, listener) : createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: new URL(`${tls ? "https" : "http"}://127.0.0.1:${port}/keys`),
    get requests() {
      return requests;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
