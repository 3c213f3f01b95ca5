import type { SQSEvent } from "aws-lambda";
import { createHandler, type PusherHandler } from "../../../handlers/pusher/create-handler";
import { type FakeAws, type FakeAwsOptions, fakeAws } from "../support/fake-aws";

const HISTORY = { HISTORY_TABLE_NAME: "history", HISTORY_SECONDS: "3600" };
const ROWS = [
  { user_id: "alice", connection_id: "c-1", connected_at: 1_000_000_000_000, protocol: 2 },
  { user_id: "bob", connection_id: "c-2", connected_at: 1_000_000_000_000 },
];
const context = { awsRequestId: "request", getRemainingTimeInMillis: () => 120_000 };

let aws: FakeAws | undefined;
let handler: PusherHandler | undefined;

afterEach(async () => {
  handler?.close();
  await aws?.close();
});

/** The handler's calls to DynamoDB, and its frames, for requests of a backend. */
async function pushed(
  environment: Record<string, string>,
  bodies: readonly string[],
  options?: Partial<FakeAwsOptions>,
) {
  aws = await fakeAws({ rows: ROWS, ...options });
  handler = createHandler({ ...aws.environment, ...environment });
  const Records = bodies.map((body, index) => ({ messageId: `message-${index}`, body, messageAttributes: {} }));
  await handler({ Records } as unknown as SQSEvent, context);
  return { calls: aws.calls, posts: Object.fromEntries(aws.posts) };
}

const toBoth = '{"users":["alice","bob"],"data":{"n":1}}';
const toEveryone = '{"notification":{"to":"everyone","except":{"users":["carol"]},"id":"n","data":{"n":1}}}';
const NAMES = {
  "#u": "user_id",
  "#c": "connection_id",
  "#a": "connected_at",
  "#d": "delete_at",
  "#p": "protocol",
};
const query = (user: string) => ({
  operation: "Query",
  input: {
    TableName: "connections",
    ConsistentRead: true,
    KeyConditionExpression: "#u = :u",
    ProjectionExpression: "#u, #c, #a, #d, #p",
    ExpressionAttributeNames: NAMES,
    ExpressionAttributeValues: { ":u": { S: user } },
  },
});
const scan = {
  operation: "Scan",
  input: {
    TableName: "connections",
    ProjectionExpression: "#u, #c, #a, #d, #p",
    ExpressionAttributeNames: NAMES,
  },
};

describe("the pusher without history", () => {
  it.each([[{}], [{ HISTORY_TABLE_NAME: "", HISTORY_SECONDS: "" }]])(
    "makes exactly the calls to DynamoDB that it made before there was history, and sends the same frames: %j",
    async (environment) => {
      const { calls, posts } = await pushed(environment, [toBoth, toEveryone]);
      expect(calls).toEqual(expect.arrayContaining([query("alice"), query("bob"), scan]));
      expect(calls).toHaveLength(3);
      expect(posts["c-1"]?.sort()).toEqual([
        '{"type":"notification","id":"message-0","data":{"n":1}}',
        '{"type":"notification","id":"n","data":{"n":1}}',
      ]);
      expect(posts["c-2"]).toEqual(['{"n":1}', '{"n":1}']);
    },
  );
});

describe("the pusher with history", () => {
  it("makes one more call for 25 users and one more for a broadcast, and reads strongly consistently", async () => {
    const { calls, posts } = await pushed(HISTORY, [toBoth]);
    const [write, ...reads] = calls;
    const cursor = JSON.stringify(write).match(/\d{13}-[0-9a-z]+/)?.[0] ?? "";
    const deleteAt = String(Math.ceil(Number(cursor.slice(0, 13)) / 1_000) + 3_600 + 7_500);
    const put = (stream: string) => ({
      PutRequest: {
        Item: {
          stream: { S: stream },
          cursor: { S: cursor },
          id: { S: "message-0" },
          data: { S: '{"n":1}' },
          delete_at: { N: deleteAt },
        },
      },
    });
    expect(write).toEqual({
      operation: "BatchWriteItem",
      input: { RequestItems: { history: [put("user:alice"), put("user:bob")] } },
    });
    expect(reads).toEqual(expect.arrayContaining([query("alice"), query("bob")]));
    expect(reads).toHaveLength(2);
    expect(posts).toEqual({
      "c-1": [`{"type":"notification","id":"message-0","cursor":"${cursor}","data":{"n":1}}`],
      "c-2": ['{"n":1}'],
    });
  });

  it("writes a broadcast's entry with the users who do not get it", async () => {
    const { calls } = await pushed(HISTORY, [toEveryone]);
    expect(calls.map(({ operation }) => operation)).toEqual(["BatchWriteItem", "Scan"]);
    expect(calls[0]?.input).toMatchObject({
      RequestItems: { history: [{ PutRequest: { Item: { stream: { S: "everyone" }, except: { S: '["carol"]' } } } }] },
    });
    expect(calls[1]).toEqual({ ...scan, input: { ...scan.input, ConsistentRead: true } });
  });

  it("writes again what DynamoDB has not processed, and nothing else", async () => {
    const { calls, posts } = await pushed(HISTORY, [toBoth], {
      call: (operation, tries) => {
        if (operation !== "BatchWriteItem" || tries > 2) return undefined;
        const { RequestItems } = (aws?.calls.at(-1)?.input ?? {}) as { RequestItems: { history: unknown[] } };
        return { status: 200, body: JSON.stringify({ UnprocessedItems: { history: RequestItems.history.slice(-1) } }) };
      },
    });
    const written = calls.flatMap(({ operation, input }) =>
      operation === "BatchWriteItem" ? [JSON.stringify(input).match(/user:\w+/g)] : [],
    );
    expect(written).toEqual([["user:alice", "user:bob"], ["user:bob"], ["user:bob"]]);
    expect(Object.keys(posts)).toEqual(["c-1", "c-2"]);
  });

  it("sends nothing if the table refuses, and tries again later", async () => {
    const { calls, posts } = await pushed(HISTORY, [toBoth], {
      call: (operation) =>
        operation === "BatchWriteItem"
          ? { status: 400, body: '{"__type":"com.amazonaws.dynamodb.v20120810#AccessDeniedException"}' }
          : undefined,
    });
    expect([calls.map(({ operation }) => operation), posts]).toEqual([["BatchWriteItem", "SendMessageBatch"], {}]);
  });

  it.each([
    ["0", 'HISTORY_SECONDS must be a whole number from 1 to 1209600, got "0"'],
    ["", "HISTORY_SECONDS must be set"],
    ["1209601", 'HISTORY_SECONDS must be a whole number from 1 to 1209600, got "1209601"'],
  ])("does not start with HISTORY_SECONDS %j", async (seconds, message) => {
    aws = await fakeAws({ rows: ROWS });
    const environment = { ...aws.environment, HISTORY_TABLE_NAME: "history", HISTORY_SECONDS: seconds };
    expect(() => createHandler(environment)).toThrow(message);
  });
});
