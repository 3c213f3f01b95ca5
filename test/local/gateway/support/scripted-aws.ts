import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";

export interface ReceivedRequest {
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface ScriptedResponse {
  readonly status?: number;
  readonly body?: string;
}

/** An AWS endpoint that notes what it receives, and answers as the test says: at once, later, or never. */
export interface ScriptedAws {
  readonly endpoint: string;
  readonly received: ReceivedRequest[];
  /** Default: 200 and `{}`. */
  respond: (request: ReceivedRequest) => ScriptedResponse | Promise<ScriptedResponse>;
  /** The next request, or one that came already, that fits. Each is given once. */
  next(fits: (request: ReceivedRequest) => boolean): Promise<ReceivedRequest>;
  stop(): Promise<void>;
}

export const isAction =
  (action: string) =>
  ({ headers }: ReceivedRequest): boolean =>
    headers["x-amz-target"] === `DynamoDB_20120810.${action}`;

export async function startScriptedAws(): Promise<ScriptedAws> {
  const taken = new Set<ReceivedRequest>();
  const waiting: { fits: (request: ReceivedRequest) => boolean; resolve: (request: ReceivedRequest) => void }[] = [];
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request.setEncoding("utf8")) body += chunk;
    const received = { url: request.url ?? "", headers: request.headers, body };
    aws.received.push(received);
    const index = waiting.findIndex(({ fits }) => fits(received));
    if (index >= 0) {
      taken.add(received);
      waiting.splice(index, 1)[0]?.resolve(received);
    }
    const answer = await aws.respond(received);
    response.writeHead(answer.status ?? 200).end(answer.body ?? "{}");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const aws: ScriptedAws = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received: [],
    respond: () => ({}),
    next(fits) {
      const known = aws.received.find((request) => !taken.has(request) && fits(request));
      if (known) {
        taken.add(known);
        return Promise.resolve(known);
      }
      return new Promise((resolve) => {
        waiting.push({ fits, resolve });
      });
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return aws;
}
