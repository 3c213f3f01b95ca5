import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { Journal } from "./journal";

export interface ReceivedRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** An answer, of 200 and `{}` where it says nothing; the connection reset without a byte; or no answer, ever. */
export type ScriptedAnswer = { readonly status?: number; readonly body?: string } | "reset" | "silence";

/** An AWS endpoint that notes what it receives, and answers as the test says: at once, later, or never. */
export interface ScriptedAws {
  readonly endpoint: string;
  readonly requests: Journal<ReceivedRequest>;
  /** @default 200 and `{}` */
  respond: (request: ReceivedRequest) => ScriptedAnswer | Promise<ScriptedAnswer>;
  /** The next request, or one that came already, that fits. Each is given once. */
  next(fits: (request: ReceivedRequest) => boolean): Promise<ReceivedRequest>;
  stop(): Promise<void>;
}

/** Whether a request is this action of DynamoDB. */
export const isAction =
  (action: string) =>
  ({ headers }: ReceivedRequest): boolean =>
    headers["x-amz-target"] === `DynamoDB_20120810.${action}`;

export async function startScriptedAws(): Promise<ScriptedAws> {
  const given = new Set<ReceivedRequest>();
  const server = createServer(async (incoming, outgoing) => {
    let body = "";
    for await (const chunk of incoming.setEncoding("utf8")) body += chunk;
    const { method = "", url: path = "", headers } = incoming;
    const received = { method, path, headers, body };
    aws.requests.add(received);
    const answer = await aws.respond(received);
    if (answer === "silence") return;
    if (answer === "reset") incoming.socket.resetAndDestroy();
    else outgoing.writeHead(answer.status ?? 200).end(answer.body ?? "{}");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const aws: ScriptedAws = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: new Journal(),
    respond: () => ({}),
    async next(fits) {
      const request = await aws.requests.first((one) => !given.has(one) && fits(one));
      given.add(request);
      return request;
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return aws;
}
