import { PutItemCommand, QueryCommand } from "@aws-sdk/client-dynamodb";
import { GetQueueUrlCommand, SendMessageCommand } from "@aws-sdk/client-sqs";
import type { LocalStack } from "../../../local/local-stack";
import { PRESENCE_ENVIRONMENT } from "../../../src/contract/presence-handler";
import { FunctionLog } from "../function-log";
import { Inbox } from "../inbox";
import type { Session } from "../session";
import { until } from "../until";
import { BackendRole } from "./backend-role";
import { functionPermissions } from "./function-permissions";
import { republish } from "./republish";
import type { Right } from "./right";

/** The inputs that the behaviours need. */
export const INPUTS = { presence_grace_seconds: 1, max_connections_per_user: 2 } as const;

const SUBSCRIPTIONS = "local-sumu-subscriptions";

export type Behaviour = keyof ReturnType<typeof allBehaviours>;
/** It ends when the behaviour is seen. */
type Try = (right: Pick<Right, "resources">) => Promise<void>;

/**
 * No other behaviour may be tried at the same time: they change the stack for a moment, or a broadcast of another would
 * do their work.
 */
export const ALONE: ReadonlySet<Behaviour> = new Set<Behaviour>([
  "the row above the limit goes",
  "ONLINE is told by the queue",
  "a notification that the topic cannot deliver is a dead letter",
]);

/** What SUMU does with its rights. */
export const behavioursOf: (stack: LocalStack, session: Session) => Readonly<Record<Behaviour, Try>> = (
  stack,
  session,
) => allBehaviours(stack, session);

function allBehaviours(stack: LocalStack, session: Session) {
  const { aws, info } = stack;

  async function acknowledged(action: string): Promise<void> {
    const client = await session.connect(session.user("alice"));
    client.send(JSON.stringify({ action, message: "hello" }));
    await client.frame((frame) => frame.includes('"type":"ack"'));
  }

  async function arrives(via: "topic" | "queue"): Promise<void> {
    const user = session.user("alice");
    const client = await session.connect(user);
    await session.notify(via, { users: [user], data: "hello" });
    await client.frame((frame) => frame === '"hello"');
  }

  async function logs(functionName: string, code: string): Promise<void> {
    const log = await FunctionLog.open(aws, functionName);
    await session.connect(session.user("alice"));
    await log.line(code);
  }

  /** A request about a user with one connection, which then closes. */
  async function closes(requestFor: (user: string) => unknown): Promise<void> {
    const user = session.user("alice");
    const { closed } = await session.connect(user);
    await session.notify("topic", requestFor(user));
    await isSettled(closed);
  }

  async function isSettled(closed: Promise<number>): Promise<void> {
    let code: number | undefined;
    closed.then((value) => {
      code = value;
    });
    await until("the connection to close", () => code);
  }

  async function deadLetter(queueName: string, isIt: (body: string) => boolean): Promise<void> {
    const { QueueUrl = "" } = await aws.sqs.send(new GetQueueUrlCommand({ QueueName: queueName }));
    const inbox = new Inbox(aws.sqs, QueueUrl);
    try {
      await until("the dead letter", () => inbox.messages.some(({ body }) => isIt(body)));
    } finally {
      await inbox.stop();
    }
  }

  /** A client that is in a channel of its own. */
  async function member() {
    const channel = `room:${session.user("channel")}`;
    const client = await session.connect(session.user("alice"), "2");
    client.send(JSON.stringify({ action: "subscribe", id: "1", channels: [channel] }));
    await client.frame((frame) => frame.includes('"type":"subscribed"') && frame.includes(channel));
    return { client, channel };
  }

  async function rowsIn(channel: string): Promise<number> {
    const { Count = 0 } = await aws.dynamodb.send(
      new QueryCommand({
        TableName: SUBSCRIPTIONS,
        KeyConditionExpression: "channel = :channel",
        ExpressionAttributeValues: { ":channel": { S: channel } },
        ConsistentRead: true,
      }),
    );
    return Count;
  }

  const rowsGo = (user: string, left: number) =>
    until("the row to go", async () => (await session.rows(user)).length === left);

  return {
    "a client connects": async () => {
      await session.connect(session.user("alice"));
    },
    "the row of a closed connection goes": async () => {
      const user = session.user("alice");
      await (await session.connect(user)).close();
      await rowsGo(user, 0);
    },
    "send is acknowledged": () => acknowledged("send"),
    "publish is acknowledged": () => acknowledged("publish"),
    "a notification by the topic arrives": () => arrives("topic"),
    "a notification by the queue arrives": () => arrives("queue"),
    "a broadcast arrives": async () => {
      const client = await session.connect(session.user("alice"));
      const data = session.user("broadcast");
      await session.notify("topic", { data });
      await client.frame((frame) => frame === JSON.stringify(data));
    },
    "the row of a connection that is gone goes": async () => {
      const user = session.user("alice");
      await session.putStaleRow(user, await session.closedConnectionId(), 60_000);
      await session.notify("topic", { users: [user], data: 1 });
      await rowsGo(user, 0);
    },
    "a disconnected user's connection closes": () =>
      closes((user) => ({ disconnect: { users: [user], reason: "signed_out" } })),
    "a revoked user's connection closes": () =>
      closes((user) => ({ revoke: { users: [user], issued_before: Math.floor(Date.now() / 1_000) } })),
    // After a disconnect request, the users are checked once more when handshakes under way are over.
    "the rest of a request waits in the queue": async () => {
      const log = await FunctionLog.open(aws, "local-sumu-pusher-codeless");
      const user = session.user("alice");
      await session.connect(user);
      await session.notify("topic", { disconnect: { users: [user], reason: "signed_out" } });
      await log.line("pushed", { ended: 1, failed: 0 });
    },
    "a malformed notification is a dead letter": async () => {
      const text = session.user("no JSON");
      await session.notify("topic", text);
      await deadLetter("local-sumu-integration-notifications-dlq", (body) => body === text);
    },
    "a notification that the topic cannot deliver is a dead letter": async () => {
      const permission = (await functionPermissions(aws)).find(({ principal }) => principal === "sns.amazonaws.com");
      const putBack = await permission?.take();
      try {
        const data = session.user("nobody may take it");
        await session.notify("topic", { data });
        await deadLetter("local-sumu-integration-notifications-dlq", (body) => body.includes(data));
      } finally {
        await putBack?.();
      }
    },
    "ONLINE is told by the topic": async () => {
      const user = session.user("alice");
      await session.connect(user);
      await session.presence(user, 1);
    },
    "ONLINE is told by the queue": async () => {
      const to = (source: string) =>
        republish(aws.lambda, "local-sumu-presence", { [PRESENCE_ENVIRONMENT.source]: source });
      await to("queue");
      try {
        const user = session.user("alice");
        await session.connect(user);
        await session.queue.from(user, "lambda.presence.watchdog");
      } finally {
        await to("topic");
      }
    },
    "OFFLINE is told after the grace": async () => {
      const user = session.user("alice");
      const client = await session.connect(user);
      await session.presence(user, 1);
      await client.close();
      await session.presence(user, 2);
    },
    "a change of presence that no try can settle is a dead letter": async () => {
      const user = session.user("eve");
      const Item = { user_id: { S: user }, status: { S: "AWAY" }, version: { N: "1" } };
      await aws.dynamodb.send(new PutItemCommand({ TableName: info.presence_table?.name, Item }));
      await session.connect(user);
      await deadLetter("local-sumu-presence-dlq", (body) => body.includes(user));
    },
    "the connection above the limit closes": async () => {
      const user = session.user("alice");
      const { closed } = await session.connect(user);
      for (let count = 0; count < INPUTS.max_connections_per_user; count++) await session.connect(user);
      await isSettled(closed);
    },
    // The log says that the presence function has removed the row: a broadcast that SQS delivers again removes it too.
    "the row above the limit goes": async () => {
      const user = session.user("alice");
      await session.putStaleRow(user, await session.closedConnectionId(), 60_000);
      const log = await FunctionLog.open(aws, "local-sumu-presence");
      for (let count = 0; count < INPUTS.max_connections_per_user; count++) await session.connect(user);
      await log.line("connections_closed", { closed: 0, gone: 1 });
      await rowsGo(user, INPUTS.max_connections_per_user);
    },
    "a missed notification is recovered": async () => {
      const user = session.user("alice");
      const first = await session.connect(user, "2");
      await session.notify("queue", { notification: { to: { users: [user] }, id: user, data: "missed" } });
      await first.frame((frame) => frame.includes(user));
      const second = await session.connect(user, "2");
      second.send(JSON.stringify({ action: "recover", id: "1", after: "0" }));
      await second.frame((frame) => frame.includes('"recovered":true') && frame.includes(user));
    },
    "a control frame that no route has sent is a dead letter": async () => {
      const { QueueUrl } = await aws.sqs.send(new GetQueueUrlCommand({ QueueName: "local-sumu-control" }));
      const MessageBody = session.user("no route");
      await aws.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));
      await deadLetter("local-sumu-control-dlq", (body) => body === MessageBody);
    },
    "the control function logs": async () => {
      const log = await FunctionLog.open(aws, "local-sumu-control");
      const client = await session.connect(session.user("alice"), "2");
      client.send(JSON.stringify({ action: "recover", id: "1" }));
      await log.line("control_handled");
    },
    "a post reaches its channel": async () => {
      const { client, channel } = await member();
      client.send(JSON.stringify({ action: "post", id: "2", channel, data: "hello" }));
      await client.frame((frame) => frame.includes('"type":"notification"') && frame.includes(channel));
    },
    "a closed connection leaves its channels": async () => {
      const { client, channel } = await member();
      await client.close();
      await until("the row to go", async () => (await rowsIn(channel)) === 0, 40_000);
    },
    "a gone connection's row goes from its channel": async () => {
      const channel = `room:${session.user("gone")}`;
      const now = Math.floor(Date.now() / 1_000);
      const Item = {
        channel: { S: channel },
        connection_id: { S: await session.closedConnectionId() },
        user_id: { S: "alice" },
        connected_at: { N: String((now - 60) * 1_000) },
        delete_at: { N: String(now + 7_440) },
        protocol: { N: "2" },
      };
      await aws.dynamodb.send(new PutItemCommand({ TableName: SUBSCRIPTIONS, Item }));
      await session.notify("topic", { notification: { to: { channels: [channel] }, data: 1 } });
      await until("the row to go", async () => (await rowsIn(channel)) === 0);
    },
    "the authorizer logs": () => logs("local-sumu-authorizer-codeless", "authorization_decided"),
    "the pusher logs": async () => {
      const log = await FunctionLog.open(aws, "local-sumu-pusher-codeless");
      await arrives("topic");
      await log.line("pushed");
    },
    "the watchdog logs": () => logs("local-sumu-presence", "presence_settled"),
    "a call without TLS is refused": async ({ resources: [arn = ""] }: Parameters<Try>[0]) => {
      const statements = [{ Action: ["sqs:GetQueueAttributes", "sns:GetTopicAttributes"], Resource: "*" }];
      const role = await BackendRole.create(aws, session.user("backend"), statements);
      try {
        if (!(await role.isRefusedWithoutTls(arn))) throw new Error("the call was accepted");
      } finally {
        await role.remove();
      }
    },
  } satisfies { readonly [behaviour: string]: Try };
}
