import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { cursorAt } from "../src/contract/history";
import { selfSignedCertificate } from "../support/certificate";
import { createSigningKey } from "../support/signing-key";
import { LocalPresence } from "./local-presence";
import { connectionId, PAGE_ROWS, userId } from "./population";
import { type JsonItem, RequestUnits } from "./request-units";

/** How API Gateway behaves in a scenario. */
export interface EndpointFaults {
  /** Every n-th connection is gone. 0: none. */
  readonly goneEvery?: number;
  /** Every n-th answer is 429. 0: none. */
  readonly throttledEvery?: number;
}

export interface LocalAws {
  readonly endpoint: string;
  /** PEM, for NODE_EXTRA_CA_CERTS. */
  readonly certificate: string;
  /** Resets everything: fills the table with connections of a protocol, and forgets presence. */
  reset(rows: number, faults?: EndpointFaults, protocol?: number): void;
  /** Fills the table, empties the queue, zeroes the counters. */
  fill(rows: number): void;
  /** From now on nobody is connected. */
  disconnect(): void;
  /** Messages sent to the queue since the last call. */
  takeQueued(): string[];
  /** POSTs answered with 200 since the reset. */
  readonly delivered: number;
  readonly deadLetters: number;
  /** Units of DynamoDB since the last filling. */
  readonly units: { readonly writes: number; readonly reads: number };
  /** Messages published to the topic since the last filling. */
  readonly published: number;
  close(): Promise<void>;
}

/** As many notifications as the table has rows, each 100 ms after the other, in a user's own stream. */
function historyPage(
  rows: number,
  input: { readonly ExpressionAttributeValues: Record<string, { S: string }> },
): string {
  const isOwn = input.ExpressionAttributeValues[":s"]?.S.startsWith("user:") ?? false;
  const begin = Date.now() - 50_000;
  const Items = Array.from({ length: isOwn ? rows : 0 }, (_, index) => ({
    cursor: { S: cursorAt(begin + index * 100, "bench") },
    id: { S: `order-${index}` },
    data: { S: JSON.stringify({ type: "order.shipped", order: index, note: "x".repeat(200) }) },
  }));
  return JSON.stringify({ Count: Items.length, Items });
}

/** The time that API Gateway needs to answer a POST within its region. */
const POST_MS = 8;
const TABLE_MS = 4;

/**
 * API Gateway's `@connections` at `/live`, DynamoDB and SQS behind one TLS endpoint on a free port of 127.0.0.1. They
 * run in the bench's own process; the measured subject runs in another process.
 */
export async function startLocalAws(): Promise<LocalAws> {
  const tlsKey = createSigningKey("ES256", "tls");
  const certificate = selfSignedCertificate(tlsKey);
  const key = tlsKey.privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  const state = {
    rows: 0,
    faults: {} as EndpointFaults,
    protocol: undefined as number | undefined,
    queued: [] as string[],
    posts: 0,
    delivered: 0,
    deadLetters: 0,
    published: 0,
    connected: true,
  };
  const presence = new LocalPresence();
  const units = new RequestUnits();
  const pages = new Map<string, string>();

  const post = (id: string): number => {
    const { goneEvery = 0, throttledEvery = 0 } = state.faults;
    state.posts++;
    if (throttledEvery > 0 && state.posts % throttledEvery === 0) return 429;
    if (goneEvery > 0 && Number.parseInt(id, 10) % goneEvery === 0) return 410;
    state.delivered++;
    return 200;
  };
  const call = (operation: string, body: string): string => {
    const input = JSON.parse(body);
    switch (operation) {
      case "Query": {
        if (":s" in input.ExpressionAttributeValues) return historyPage(state.rows, input);
        if (":h" in input.ExpressionAttributeValues) return subscriptionPage(state, input, pages);
        if (input.Select === "COUNT") return JSON.stringify({ Count: state.connected ? 1 : 0 });
        const Items = [item(Number(input.ExpressionAttributeValues[":u"].S.slice(-12)), state.protocol)];
        units.read(Items, input.ConsistentRead === true);
        return JSON.stringify({ Count: 1, Items });
      }
      case "BatchWriteItem":
        for (const puts of Object.values<{ PutRequest: { Item: JsonItem } }[]>(input.RequestItems)) {
          for (const { PutRequest } of puts) units.write(PutRequest.Item);
        }
        return "{}";
      case "Scan": {
        const memo = JSON.stringify([
          state.rows,
          state.protocol,
          input.Segment,
          input.TotalSegments,
          input.ExclusiveStartKey,
          input.Limit,
        ]);
        const page = pages.get(memo) ?? JSON.stringify(scan(state, input));
        pages.set(memo, page);
        return page;
      }
      case "SendMessage":
      case "SendMessageBatch": {
        const bodies = (input.Entries ?? [input]).map(({ MessageBody }: { MessageBody: string }) => MessageBody);
        if (input.QueueUrl.endsWith("dlq")) state.deadLetters += bodies.length;
        else state.queued.push(...bodies);
        return "{}";
      }
      case "GetItem":
        return JSON.stringify(presence.get(input.Key.user_id.S));
      case "UpdateItem":
        // A lease of the control function has nothing to answer.
        return "stream" in input.Key ? "{}" : JSON.stringify(presence.update(input));
      default:
        return "{}";
    }
  };
  const publish = (): string => {
    state.published++;
    return "<PublishResponse/>";
  };

  const server: Server = createServer({ key, cert: certificate, ALPNProtocols: ["http/1.1"] }, (request, response) => {
    let body = "";
    request.setEncoding("utf8");
    request.on("data", (chunk: string) => {
      body += chunk;
    });
    request.on("end", () => {
      const path = request.url ?? "";
      if (path.startsWith("/live/")) {
        const id = decodeURIComponent(path.slice(path.lastIndexOf("/") + 1));
        setTimeout(() => {
          response.writeHead(post(id), { "content-length": 0, "x-amzn-requestid": "0a1b2c3d-bench" }).end();
        }, POST_MS);
        return;
      }
      const target = request.headers["x-amz-target"];
      const output = target === undefined ? publish() : call(String(target).split(".")[1] ?? "", body);
      setTimeout(() => {
        response.writeHead(200, {
          "content-type": "application/x-amz-json-1.0",
          "content-length": Buffer.byteLength(output),
          "x-amzn-requestid": "0a1b2c3d-bench",
        });
        response.end(output);
      }, TABLE_MS);
    });
  });
  const fill = (rows: number) => {
    Object.assign(state, { rows, queued: [], posts: 0, delivered: 0, deadLetters: 0, published: 0 });
    units.clear();
  };
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    endpoint: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    certificate,
    reset: (rows, faults = {}, protocol = undefined) => {
      presence.clear();
      Object.assign(state, { faults, protocol, connected: true });
      fill(rows);
    },
    fill,
    disconnect: () => {
      state.connected = false;
    },
    takeQueued: () => state.queued.splice(0),
    get delivered() {
      return state.delivered;
    },
    get deadLetters() {
      return state.deadLetters;
    },
    units,
    get published() {
      return state.published;
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

function item(index: number, protocol: number | undefined): JsonItem {
  const now = Date.now();
  return {
    user_id: { S: userId(index) },
    connection_id: { S: connectionId(index) },
    connected_at: { N: String(now - 600_000) },
    delete_at: { N: String(Math.floor(now / 1_000) + 6_600) },
    ...(protocol !== undefined && { protocol: { N: String(protocol) } }),
  };
}

/** Rows of subscriptions of about 150 bytes in a page of 1 MB. */
const SUBSCRIPTIONS_PER_PAGE = 6_500;

/** A page of a channel that all connections are in. */
function subscriptionPage(
  { rows, protocol }: { readonly rows: number; readonly protocol: number | undefined },
  input: {
    readonly Select?: string;
    readonly Limit?: number;
    readonly ExclusiveStartKey?: JsonItem;
    readonly ExpressionAttributeValues: JsonItem;
  },
  pages: Map<string, string>,
): string {
  const { Select, Limit = SUBSCRIPTIONS_PER_PAGE, ExclusiveStartKey, ExpressionAttributeValues } = input;
  const memo = JSON.stringify(["channel", rows, protocol, Select, Limit, ExclusiveStartKey, ExpressionAttributeValues]);
  const known = pages.get(memo);
  if (known !== undefined) return known;
  const indexOf = (key: JsonItem[string] | undefined) => Number.parseInt(key?.S ?? "", 10);
  const from = ExclusiveStartKey === undefined ? 0 : indexOf(ExclusiveStartKey.connection_id) + 1;
  const last = ":e" in ExpressionAttributeValues ? indexOf(ExpressionAttributeValues[":e"]) : rows - 1;
  const to = Math.min(last + 1, from + Math.min(Limit, SUBSCRIPTIONS_PER_PAGE));
  const Items =
    Select === "COUNT" ? undefined : Array.from({ length: to - from }, (_, index) => item(from + index, protocol));
  const next = { channel: { S: "live-event" }, connection_id: { S: connectionId(to - 1) } };
  const page = JSON.stringify({ Count: to - from, Items, LastEvaluatedKey: to > last ? undefined : next });
  pages.set(memo, page);
  return page;
}

interface ScanInput {
  readonly Segment?: number;
  readonly TotalSegments?: number;
  readonly ExclusiveStartKey?: { readonly user_id: { readonly S: string } };
  readonly Limit?: number;
}

function scan(
  { rows, protocol }: { readonly rows: number; readonly protocol: number | undefined },
  { Segment = 0, TotalSegments = 1, ExclusiveStartKey, Limit = PAGE_ROWS }: ScanInput,
): object {
  const end = Math.floor((rows * (Segment + 1)) / TotalSegments);
  const from =
    ExclusiveStartKey === undefined
      ? Math.floor((rows * Segment) / TotalSegments)
      : Number(ExclusiveStartKey.user_id.S.slice(-12)) + 1;
  const to = Math.min(end, from + Math.min(Limit, PAGE_ROWS));
  const Items = Array.from({ length: to - from }, (_, index) => item(from + index, protocol));
  const last = { user_id: { S: userId(to - 1) }, connection_id: { S: connectionId(to - 1) } };
  return { Count: Items.length, Items, LastEvaluatedKey: to === end ? undefined : last };
}
