import type { Item } from "../../../handlers/aws/dynamodb";
import { type Reply, type ScriptedServer, type SeenRequest, scriptedServer } from "./scripted-server";

interface Row {
  readonly user_id: string;
  readonly connection_id: string;
  readonly connected_at?: number;
  readonly delete_at?: number;
  readonly protocol?: number;
  /** In a channel: whether the connection has left it. */
  readonly unsubscribed?: true;
}

export interface FakeAws extends ScriptedServer {
  /** Bodies of the POSTs to `@connections`, by connection id, in order. */
  readonly posts: Map<string, string[]>;
  /** Inputs of the calls to DynamoDB and SQS: `Query`, `Scan`, `DeleteItem`, `SendMessageBatch`. */
  readonly calls: { readonly operation: string; readonly input: Record<string, unknown> }[];
  readonly environment: Record<string, string>;
}

export interface FakeAwsOptions {
  readonly rows: readonly Row[];
  /** @default 200 */
  readonly post?: (connectionId: string, tries: number) => Reply;
  /** Overrides the answer to a call. */
  readonly call?: (operation: string, tries: number) => Reply | undefined;
  readonly pageRows?: number;
  /** The rows of the channels in the subscriptions table, in the order of their connections. */
  readonly channels?: Readonly<Record<string, readonly Row[]>>;
}

export const QUEUE_URL = "https://sqs.eu-west-1.amazonaws.com/123456789012/notifications";
export const DLQ_URL = "https://sqs.eu-west-1.amazonaws.com/123456789012/notifications-dlq";

/** API Gateway's `@connections`, DynamoDB and SQS behind one endpoint, speaking their protocols. */
export async function fakeAws({ rows, post, call, pageRows = 1_000, channels = {} }: FakeAwsOptions): Promise<FakeAws> {
  const posts = new Map<string, string[]>();
  const calls: { operation: string; input: Record<string, unknown> }[] = [];
  const tries = new Map<string, number>();
  const server = await scriptedServer((request: SeenRequest): Reply => {
    const connection = /^\/live\/@connections\/(.*)$/.exec(request.path)?.[1];
    if (connection !== undefined) {
      const id = decodeURIComponent(connection);
      const bodies = posts.get(id) ?? [];
      posts.set(id, [...bodies, request.body]);
      return post?.(id, bodies.length + 1) ?? { status: 200 };
    }
    const operation = String(request.headers["x-amz-target"]).split(".")[1] ?? "";
    const input = JSON.parse(request.body);
    calls.push({ operation, input });
    tries.set(operation, (tries.get(operation) ?? 0) + 1);
    const override = call?.(operation, tries.get(operation) ?? 0);
    if (override !== undefined) return override;
    const body = (output: object): Reply => ({ status: 200, body: JSON.stringify(output) });
    if (operation === "Query" && input.TableName === "subscriptions") {
      const { ":h": channel, ":c": one, ":e": last } = input.ExpressionAttributeValues;
      const inRange = ({ connection_id }: Row) =>
        (one === undefined || connection_id === one.S) && (last === undefined || connection_id <= last.S);
      return body(
        page((channels[channel.S] ?? []).filter(inRange), input, Math.min(pageRows, input.Limit ?? pageRows)),
      );
    }
    if (operation === "Query") {
      const user = input.ExpressionAttributeValues[":u"].S;
      return body(
        page(
          rows.filter(({ user_id }) => user_id === user),
          input,
          pageRows,
        ),
      );
    }
    if (operation === "Scan") {
      const { Segment = 0, TotalSegments = 1 } = input;
      return body(
        page(
          rows.filter((_, index) => index % TotalSegments === Segment),
          input,
          pageRows,
        ),
      );
    }
    return body({});
  });
  return {
    ...server,
    posts,
    calls,
    environment: {
      AWS_ENDPOINT_URL: server.endpoint,
      AWS_REGION: "eu-west-1",
      AWS_ACCESS_KEY_ID: "AKID",
      AWS_SECRET_ACCESS_KEY: "secret",
      AWS_SESSION_TOKEN: "session",
      APIGW_ENDPOINT: `${server.endpoint}/live`,
      CONNECTIONS_TABLE_NAME: "connections",
      NOTIFICATIONS_QUEUE_URL: QUEUE_URL,
      NOTIFICATIONS_DLQ_URL: DLQ_URL,
    },
  };
}

function page(rows: readonly Row[], input: { ExclusiveStartKey?: Item }, pageRows: number): object {
  const after = input.ExclusiveStartKey?.connection_id?.S;
  const from = after === undefined ? 0 : rows.findIndex(({ connection_id }) => connection_id === after) + 1;
  const read = rows.slice(from, from + pageRows);
  const last = read.at(-1);
  const isLast = from + read.length >= rows.length;
  const number = (value: number | undefined) => (value === undefined ? undefined : { N: String(value) });
  return {
    Count: read.length,
    Items: read.map(({ user_id, connection_id, connected_at, delete_at, protocol, unsubscribed }) => ({
      user_id: { S: user_id },
      connection_id: { S: connection_id },
      connected_at: number(connected_at),
      delete_at: number(delete_at),
      protocol: number(protocol),
      ...(unsubscribed && { unsubscribed: { BOOL: true } }),
    })),
    LastEvaluatedKey:
      isLast || last === undefined
        ? undefined
        : { user_id: { S: last.user_id }, connection_id: { S: last.connection_id } },
  };
}
