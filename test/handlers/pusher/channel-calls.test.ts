import type { SQSEvent } from "aws-lambda";
import { createHandler, type PusherHandler } from "../../../handlers/pusher/create-handler";
import { type FakeAws, type FakeAwsOptions, fakeAws } from "../support/fake-aws";

const CHANNELS = { SUBSCRIPTIONS_TABLE_NAME: "subscriptions" };
const HISTORY = { HISTORY_TABLE_NAME: "history", HISTORY_SECONDS: "3600" };
const row = (user: string, connection: string) => ({
  user_id: user,
  connection_id: connection,
  connected_at: 1_000_000_000_000,
  protocol: 2,
});
const ROOM = [row("alice", "c-1"), { ...row("bob", "c-2"), unsubscribed: true as const }, row("carol", "c-3")];
const context = { awsRequestId: "request", getRemainingTimeInMillis: () => 120_000 };

let aws: FakeAws | undefined;
let handler: PusherHandler | undefined;

afterEach(async () => {
  handler?.close();
  await aws?.close();
});

/** The handler's calls, and its frames, for a notification to the channel. */
async function pushed(
  environment: Record<string, string>,
  options: Partial<FakeAwsOptions> = {},
  messageAttributes: object = {},
) {
  aws = await fakeAws({ rows: [], channels: { "room:42": ROOM }, ...options });
  handler = createHandler({ ...aws.environment, ...CHANNELS, ...environment });
  const body = '{"notification":{"to":{"channels":["room:42"]},"id":"n","data":{"n": 12345678901234567890}}}';
  await handler({ Records: [{ messageId: "message-1", body, messageAttributes }] } as unknown as SQSEvent, context);
  return { calls: aws.calls, posts: Object.fromEntries(aws.posts) };
}

const NAMES = {
  "#h": "channel",
  "#c": "connection_id",
  "#u": "user_id",
  "#a": "connected_at",
  "#d": "delete_at",
  "#p": "protocol",
  "#l": "unsubscribed",
};
const query = {
  TableName: "subscriptions",
  KeyConditionExpression: "#h = :h",
  ProjectionExpression: "#c, #u, #a, #d, #p, #l",
  ExpressionAttributeNames: NAMES,
  ExpressionAttributeValues: { ":h": { S: "room:42" } },
  Limit: 500,
};

describe("a notification to a channel", () => {
  it("is one read of the table, and reaches no connection that has left", async () => {
    const { calls, posts } = await pushed({});
    expect(calls).toEqual([{ operation: "Query", input: query }]);
    const frame = '{"type":"notification","id":"n","channel":"room:42","data":{"n": 12345678901234567890}}';
    expect(posts).toEqual({ "c-1": [frame], "c-3": [frame] });
  });

  it("says who has posted it, by the attribute of the control function", async () => {
    const { posts } = await pushed({}, {}, { sumu_posted_by: { dataType: "String", stringValue: "zoë 💬" } });
    expect(JSON.parse(posts["c-1"]?.[0] ?? "")).toMatchObject({ from: "zoë 💬", channel: "room:42" });
  });

  it("is read strongly consistently while history is kept, after its entry is written", async () => {
    const { calls } = await pushed(HISTORY);
    expect(calls.map(({ operation }) => operation)).toEqual(["BatchWriteItem", "Query"]);
    expect(calls[1]?.input).toEqual({ ...query, ConsistentRead: true });
    const item = {
      stream: { S: "channel:room:42" },
      channel: { S: "room:42" },
      data: { S: '{"n": 12345678901234567890}' },
    };
    expect(calls[0]?.input).toMatchObject({ RequestItems: { history: [{ PutRequest: { Item: item } }] } });
    expect(calls[0]?.input).not.toHaveProperty("RequestItems.history.0.PutRequest.Item.from");
  });

  it("removes the rows of a connection that is gone", async () => {
    const { calls } = await pushed({}, { post: (id) => ({ status: id === "c-1" ? 410 : 200 }) });
    expect(calls.slice(1)).toEqual(
      expect.arrayContaining([
        {
          operation: "DeleteItem",
          input: { TableName: "subscriptions", Key: { channel: { S: "room:42" }, connection_id: { S: "c-1" } } },
        },
        expect.objectContaining({
          operation: "DeleteItem",
          input: expect.objectContaining({ TableName: "connections" }),
        }),
      ]),
    );
  });

  it("is handed over by keys of connections when the channel has several pages, and each part is read by them", async () => {
    const room = Array.from({ length: 10 }, (_, index) => row(`user-${index}`, `c-${index}`));
    const { calls, posts } = await pushed({ BROADCAST_SEGMENTS: "2" }, { channels: { "room:42": room }, pageRows: 3 });
    expect(posts).toEqual({});
    const parts = calls
      .filter(({ operation }) => operation.startsWith("SendMessage"))
      .flatMap(({ input }) => (input.Entries ?? [input]) as { MessageBody: string; MessageAttributes: object }[]);
    expect(parts.map(({ MessageBody }) => JSON.parse(MessageBody).sumu_continuation)).toEqual([
      { attempt: 1, id: "n", until: { user_id: { S: "user-5" }, connection_id: { S: "c-5" } } },
      { attempt: 1, id: "n", after: { user_id: { S: "user-5" }, connection_id: { S: "c-5" } } },
    ]);
    const Records = parts.map(({ MessageBody }, index) => ({
      messageId: `part-${index}`,
      body: MessageBody,
      messageAttributes: { sumu_continuation: { dataType: "String", stringValue: "1" } },
    }));
    calls.length = 0;
    await handler?.({ Records } as unknown as SQSEvent, context);
    const reads = calls.map(({ input }) => [
      input.KeyConditionExpression,
      input.ExpressionAttributeValues,
      input.Limit,
    ]);
    expect(reads).toContainEqual(["#h = :h AND #c <= :e", { ":h": { S: "room:42" }, ":e": { S: "c-5" } }, 2_000]);
    expect(reads).toContainEqual(["#h = :h", { ":h": { S: "room:42" } }, 2_000]);
    const frames = [...(aws?.posts ?? [])].map(([connection, bodies]) => [connection, bodies.length]);
    expect(frames.sort()).toEqual(room.map(({ connection_id }) => [connection_id, 1]));
  });
});
