import type { SNSEvent, SNSMessageAttributes, SQSEvent, SQSMessageAttributes } from "aws-lambda";
import { createHandler, type PusherHandler } from "../../../handlers/pusher/create-handler";
import { DLQ_URL, type FakeAws, type FakeAwsOptions, fakeAws, QUEUE_URL } from "../support/fake-aws";

const MARK: SQSMessageAttributes = { sumu_continuation: { stringValue: "1", dataType: "String" } };

/** As SQS hands it to Lambda. */
function sqsEvent(...bodies: string[]): SQSEvent {
  return queueEvent(bodies.map((body) => ({ body })));
}

/** As SQS hands it to Lambda, also what the pusher has sent. */
function queueEvent(
  messages: readonly { readonly body: string; readonly isMarked?: boolean; readonly senderId?: string }[],
): SQSEvent {
  return {
    Records: messages.map(({ body, isMarked = false, senderId = "AIDAIENQZJOLO23YVJ4VO" }, index) => ({
      messageId: `059f36b4-87a3-44ab-83d2-66197504372${index}`,
      receiptHandle: "AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a...",
      body,
      attributes: {
        ApproximateReceiveCount: "1",
        SentTimestamp: "1545082649183",
        SenderId: senderId,
        ApproximateFirstReceiveTimestamp: "1545082649185",
      },
      messageAttributes: isMarked ? MARK : {},
      md5OfBody: "e4e68fb7bd0e697a0ae8f1bb342846b3",
      eventSource: "aws:sqs",
      eventSourceARN: "arn:aws:sqs:eu-west-1:123456789012:notifications",
      awsRegion: "eu-west-1",
    })),
  };
}

/** As SNS hands it to Lambda. */
function snsEvent(message: string, attributes: SNSMessageAttributes = {}): SNSEvent {
  return {
    Records: [
      {
        EventVersion: "1.0",
        EventSubscriptionArn: "arn:aws:sns:eu-west-1:123456789012:notifications:21be56ed-a058-49f5-8c98-aedd2564c486",
        EventSource: "aws:sns",
        Sns: {
          SignatureVersion: "1",
          Timestamp: "2026-01-02T12:45:07.000Z",
          Signature: "tcc6faL2yUC6dgZdmrwh1Y4cGa/ebXEkAi6RibDsvpi+tE/1+82j...65r==",
          SigningCertUrl:
            "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-ac565b8b1a6c5d002d285f9598aa1d9b.pem",
          MessageId: "95df01b4-ee98-5cb9-9903-4c221d41eb5e",
          Message: message,
          MessageAttributes: attributes,
          Type: "Notification",
          UnsubscribeUrl: "https://sns.eu-west-1.amazonaws.com/?Action=Unsubscribe",
          TopicArn: "arn:aws:sns:eu-west-1:123456789012:notifications",
          Subject: undefined as unknown as string,
        },
      },
    ],
  };
}

/** As SNS puts what it could not hand to the function on the dead-letter queue. */
function deadLetterOfTopic(message: string): string {
  return JSON.stringify({
    Type: "Notification",
    MessageId: "m",
    Message: message,
    Timestamp: "2026-01-02T12:45:07.000Z",
  });
}

const FIRST_ID = "059f36b4-87a3-44ab-83d2-661975043720";
const TOPIC_ID = "95df01b4-ee98-5cb9-9903-4c221d41eb5e";
const HOUR_AGO = Date.now() - 3_600_000;
const IN_AN_HOUR = Math.ceil(Date.now() / 1_000) + 3_600;
const row = (user: string, connection: string, over = {}) => ({
  user_id: user,
  connection_id: connection,
  connected_at: HOUR_AGO,
  delete_at: IN_AN_HOUR,
  ...over,
});
const context = (remainingMs = 120_000) => {
  const end = Date.now() + remainingMs;
  return { awsRequestId: "request-1", getRemainingTimeInMillis: () => end - Date.now() };
};

describe("the pusher's handler", () => {
  let aws: FakeAws;
  let pusher: PusherHandler;
  let lines: string[];
  const start = async (options: FakeAwsOptions, environment: Record<string, string> = {}) => {
    aws = await fakeAws(options);
    pusher = createHandler({ ...aws.environment, ...environment });
  };

  beforeEach(() => {
    lines = [];
    jest.spyOn(process.stdout, "write").mockImplementation((line) => {
      lines.push(String(line));
      return true;
    });
  });

  afterEach(async () => {
    jest.restoreAllMocks();
    pusher.close();
    await aws?.close();
  });

  it("delivers a message of the queue, signed for execute-api, to the connection's percent-encoded path", async () => {
    await start({ rows: [row("ann", "L0SM9cOFvHcCIhw=")] });
    const response = await pusher(sqsEvent(JSON.stringify({ users: ["ann"], data: { text: "héllo" } })), context());
    expect(response).toEqual({ batchItemFailures: [] });
    const post = aws.requests.find(({ path }) => path.includes("@connections"));
    expect(post).toMatchObject({
      method: "POST",
      path: "/live/@connections/L0SM9cOFvHcCIhw%3D",
      body: '{"text":"héllo"}',
      headers: { "x-amz-security-token": "session" },
    });
    expect(post?.headers.authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKID\/\d{8}\/eu-west-1\/execute-api\/aws4_request, SignedHeaders=host;x-amz-date;x-amz-security-token, Signature=[0-9a-f]{64}$/,
    );
    expect(aws.calls).toEqual([
      {
        operation: "Query",
        input: {
          TableName: "connections",
          ConsistentRead: true,
          KeyConditionExpression: "#u = :u",
          ProjectionExpression: "#u, #c, #a, #d, #p",
          ExpressionAttributeNames: {
            "#u": "user_id",
            "#c": "connection_id",
            "#a": "connected_at",
            "#d": "delete_at",
            "#p": "protocol",
          },
          ExpressionAttributeValues: { ":u": { S: "ann" } },
        },
      },
    ]);
  });

  it("keeps every letter of data as the sender wrote it", async () => {
    await start({ rows: [row("ann", "c1")] });
    await pusher(sqsEvent('{"users": ["ann"], "data": {"id": 12345678901234567890, "price": 1.50}}'), context());
    expect(aws.posts.get("c1")).toEqual(['{"id": 12345678901234567890, "price": 1.50}']);
  });

  it("delivers the rest of a batch that has malformed messages in it", async () => {
    await start({ rows: [row("ann", "c1")] });
    const response = await pusher(
      sqsEvent("{", JSON.stringify({ users: ["ann"], data: 1 }), JSON.stringify({ users: ["ann"] })),
      context(),
    );
    expect(response).toEqual({ batchItemFailures: [] });
    expect(aws.posts.get("c1")).toEqual(["1"]);
  });

  it("answers an empty batch with no failures", async () => {
    await start({ rows: [] });
    expect(await pusher({ Records: [] }, context())).toEqual({ batchItemFailures: [] });
  });

  it("removes gone and expired rows on condition only", async () => {
    await start({
      rows: [
        row("ann", "gone"),
        row("bob", "expired", { connected_at: 1_699_992_500_000, delete_at: 1_700_000_000 }),
        row("cat", "open"),
      ],
      post: (id) => ({ status: id === "gone" ? 410 : 200 }),
    });
    const before = Date.now();
    await pusher(sqsEvent(JSON.stringify({ data: 1 })), context());
    expect([...aws.posts.keys()].sort()).toEqual(["gone", "open"]);
    const removals = aws.calls.filter(({ operation }) => operation === "DeleteItem").map(({ input }) => input);
    expect(removals).toEqual([
      {
        TableName: "connections",
        Key: { user_id: { S: "bob" }, connection_id: { S: "expired" } },
        ConditionExpression: "#d <= :t",
        ExpressionAttributeNames: { "#d": "delete_at" },
        ExpressionAttributeValues: { ":t": { N: expect.stringMatching(/^\d{10}$/) } },
      },
      {
        TableName: "connections",
        Key: { user_id: { S: "ann" }, connection_id: { S: "gone" } },
        ConditionExpression: "attribute_not_exists(#a) OR #a <= :t",
        ExpressionAttributeNames: { "#a": "connected_at" },
        ExpressionAttributeValues: { ":t": { N: expect.stringMatching(/^\d{13}$/) } },
      },
    ]);
    const time = (removals[1] as { ExpressionAttributeValues: { ":t": { N: string } } }).ExpressionAttributeValues[":t"]
      .N;
    expect(Number(time) - before).toBeLessThan(-9_000);
  });

  it("closes a connection whose token has ended, delivers nothing to it, and removes its row", async () => {
    const ended = Math.floor(Date.now() / 1_000) - 1;
    await start({ rows: [row("ann", "ended", { delete_at: ended, protocol: 2 }), row("ann", "open")] });
    await pusher(sqsEvent(JSON.stringify({ users: ["ann"], data: 1 })), context());
    const sent = aws.requests
      .filter(({ path }) => path.includes("@connections"))
      .map(({ method, path, body }) => [method, path.split("/").at(-1), body]);
    expect(sent.sort()).toEqual([
      ["DELETE", "ended", ""],
      ["POST", "open", "1"],
    ]);
    const removals = aws.calls.filter(({ operation }) => operation === "DeleteItem").map(({ input }) => input.Key);
    expect(removals).toEqual([{ user_id: { S: "ann" }, connection_id: { S: "ended" } }]);
  });

  it.each([
    ["the queue", sqsEvent(JSON.stringify({ users: ["ann"], data: { x: 1 } })), FIRST_ID],
    ["the topic", snsEvent(JSON.stringify({ users: ["ann"], data: { x: 1 } })), TOPIC_ID],
    ["a dead letter of SNS", sqsEvent(deadLetterOfTopic('{"users":["ann"],"data":{"x":1}}')), "m"],
  ])(
    "gives a client of protocol 2 the id of the message of %s, and any other client the bare data",
    async (_, event, id) => {
      await start({
        rows: [row("ann", "old"), row("ann", "new", { protocol: 2 }), row("ann", "unknown", { protocol: 3 })],
      });
      await pusher(event, context());
      expect(Object.fromEntries(aws.posts)).toEqual({
        old: ['{"x":1}'],
        unknown: ['{"x":1}'],
        new: [`{"type":"notification","id":"${id}","data":{"x":1}}`],
      });
    },
  );

  it.each([
    ["is written", undefined],
    [
      "has been written with a later time",
      { status: 400, body: '{"__type":"com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException"}' },
    ],
  ])("disconnects a user whose revocation %s, and never moves one back", async (_, answer) => {
    await start(
      { rows: [row("ann", "c1")], call: (operation) => (operation === "UpdateItem" ? answer : undefined) },
      { REVOCATIONS_TABLE_NAME: "revocations" },
    );
    await pusher(sqsEvent('{"revoke":{"users":["ann"],"issued_before":1764000000}}'), context());
    const deleteAt = Math.floor(Date.now() / 1_000) + 400 * 86_400;
    expect(aws.calls.filter(({ operation }) => operation === "UpdateItem").map(({ input }) => input)).toEqual([
      {
        TableName: "revocations",
        Key: { user_id: { S: "ann" } },
        UpdateExpression: "SET #i = :i, #d = :d",
        ConditionExpression: "attribute_not_exists(#i) OR #i < :i",
        ExpressionAttributeNames: { "#i": "issued_before", "#d": "delete_at" },
        ExpressionAttributeValues: { ":i": { N: "1764000000" }, ":d": { N: expect.stringMatching(/^\d{10}$/) } },
      },
    ]);
    const [revocation] = aws.calls.filter(({ operation }) => operation === "UpdateItem");
    const values = revocation?.input.ExpressionAttributeValues as { ":d": { N: string } };
    expect(Math.abs(Number(values[":d"].N) - deleteAt)).toBeLessThan(60);
    expect([...aws.posts.keys()]).toEqual(["c1"]);
  });

  it("takes a row that has meanwhile been removed or replaced for removed", async () => {
    await start({
      rows: [row("ann", "gone")],
      post: () => ({ status: 410 }),
      call: (operation) =>
        operation === "DeleteItem"
          ? { status: 400, body: '{"__type":"com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException"}' }
          : undefined,
    });
    await pusher(sqsEvent(JSON.stringify({ data: 1 })), context());
    expect(lines.join("")).not.toContain("remove_failed");
  });

  it("survives throttled reads, resets and 5xx on the way to delivery", async () => {
    await start({
      rows: [row("ann", "c1"), row("ann", "c2"), row("ann", "c3")],
      pageRows: 2,
      post: (_, tries) => (tries === 1 ? "reset" : { status: tries === 2 ? 500 : 200 }),
      call: (_, tries) =>
        tries === 1
          ? {
              status: 400,
              body: '{"__type":"com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException"}',
            }
          : tries === 2
            ? "reset"
            : undefined,
    });
    const response = await pusher(sqsEvent(JSON.stringify({ users: ["ann"], data: 1 })), context());
    expect(response).toEqual({ batchItemFailures: [] });
    expect([...aws.posts.values()].map((bodies) => bodies.length)).toEqual([3, 3, 3]);
  });

  it.each([
    ["the queue", sqsEvent(JSON.stringify({ data: 1 })), 1_545_082_649_183, FIRST_ID],
    ["the topic", snsEvent(JSON.stringify({ data: 1 })), Date.UTC(2026, 0, 2, 12, 45, 7), TOPIC_ID],
  ])("continues on the queue what of a message of %s the time was too short for", async (_, event, sentAt, id) => {
    await start({
      rows: [row("ann", "c1"), row("bob", "c2")],
      post: (id) => (id === "c2" ? { status: 429 } : { status: 200 }),
    });
    const response = await pusher(event, context(400));
    expect(response).toEqual("Sns" in (event.Records[0] ?? {}) ? undefined : { batchItemFailures: [] });
    const [sent] = aws.calls.filter(({ operation }) => operation === "SendMessageBatch").map(({ input }) => input);
    expect(sent).toEqual({
      QueueUrl: QUEUE_URL,
      Entries: [
        {
          Id: "0",
          MessageBody: expect.any(String),
          DelaySeconds: expect.any(Number),
          MessageAttributes: { sumu_continuation: { DataType: "String", StringValue: "1" } },
        },
      ],
    });
    const [entry] = (sent?.Entries ?? []) as { MessageBody: string; DelaySeconds: number }[];
    expect(JSON.parse(entry?.MessageBody ?? "")).toEqual({
      data: 1,
      sumu_continuation: { attempt: 2, id, sent_at: sentAt, connections: [["bob", "c2", HOUR_AGO]] },
    });
    expect(entry?.DelaySeconds).toBeGreaterThanOrEqual(5);
  });

  // https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
  it("sends no trace header, by which Lambda would count invocations and stop a broadcast at the 16th", async () => {
    const trace = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1;Lineage=25:a87bd80c:1";
    await start(
      { rows: Array.from({ length: 50 }, (_, index) => row(`u${index}`, `c${index}`)), pageRows: 20 },
      { BROADCAST_SEGMENTS: "2", _X_AMZN_TRACE_ID: trace },
    );
    await pusher(sqsEvent(JSON.stringify({ data: 1 })), context());
    const sent = aws.requests.filter(({ headers }) => String(headers["x-amz-target"]).includes("SendMessage"));
    expect(sent.map(({ headers }) => headers["x-amzn-trace-id"])).toEqual([undefined]);
    expect(sent[0]?.body).not.toContain("AWSTraceHeader");
  });

  it("splits a broadcast of more than one page over the queue", async () => {
    await start(
      { rows: Array.from({ length: 50 }, (_, index) => row(`u${index}`, `c${index}`)), pageRows: 20 },
      { BROADCAST_SEGMENTS: "3" },
    );
    await pusher(sqsEvent(JSON.stringify({ data: 1 })), context());
    const bodies = aws.calls
      .filter(({ operation }) => operation === "SendMessageBatch")
      .flatMap(({ input }) => (input.Entries as { MessageBody: string }[]).map(({ MessageBody }) => MessageBody));
    expect(bodies.map((body) => JSON.parse(body))).toEqual(
      [0, 1, 2].map((index) => ({
        data: 1,
        sumu_continuation: { attempt: 1, id: FIRST_ID, sent_at: 1_545_082_649_183, segment: { index, count: 3 } },
      })),
    );
    expect(aws.posts.size).toBe(0);
    await pusher(queueEvent(bodies.map((body) => ({ body, isMarked: true }))), context());
    expect(aws.posts.size).toBe(50);
    expect(new Set([...aws.posts.values()].map((posts) => posts.length))).toEqual(new Set([1]));
  });

  it.each([
    ["the queue", sqsEvent("not JSON"), { batchItemFailures: [] }],
    ["the topic", snsEvent("not JSON"), undefined],
  ])("puts a malformed message of %s on the dead-letter queue at once, with the reason", async (_, event, response) => {
    await start({ rows: [] });
    expect(await pusher(event, context())).toEqual(response);
    expect(aws.calls).toEqual([
      {
        operation: "SendMessageBatch",
        input: {
          QueueUrl: DLQ_URL,
          Entries: [
            {
              Id: "0",
              MessageBody: "not JSON",
              MessageAttributes: {
                reason: { DataType: "String", StringValue: "malformed" },
                detail: { DataType: "String", StringValue: "the message is not JSON" },
              },
            },
          ],
        },
      },
    ]);
  });

  it("leaves a malformed message of the queue to SQS when the dead-letter queue does not take it", async () => {
    await start({
      rows: [row("ann", "c1")],
      call: (operation) =>
        operation === "SendMessageBatch"
          ? { status: 400, body: '{"__type":"com.amazonaws.sqs#QueueDoesNotExist"}' }
          : undefined,
    });
    const response = await pusher(sqsEvent("{", JSON.stringify({ users: ["ann"], data: 1 })), context());
    expect(response).toEqual({ batchItemFailures: [{ itemIdentifier: "059f36b4-87a3-44ab-83d2-661975043720" }] });
    expect(aws.posts.get("c1")).toEqual(["1"]);
  });

  describe("asked by a backend that copies a client's object into its request", () => {
    const copied = JSON.stringify({
      sumu_continuation: { attempt: 1, connections: [["bob", "c2", HOUR_AGO]] },
      users: ["ann"],
      data: 1,
    });
    const attribute = { sumu_continuation: { Type: "String", Value: "1" } };

    it.each<[string, SQSEvent | SNSEvent]>([
      ["the queue", sqsEvent(copied)],
      ["the topic", snsEvent(copied)],
      ["the topic, with the attribute of a continuation", snsEvent(copied, attribute)],
      ["the topic, in a dead letter", queueEvent([{ body: deadLetterOfTopic(copied), isMarked: true }])],
    ])("delivers nothing to the connections that the client names, by %s", async (_, event) => {
      await start({ rows: [row("ann", "c1")] });
      await pusher(event, context());
      expect(aws.posts.size).toBe(0);
      expect(aws.calls.map(({ input }) => input)).toMatchObject([
        {
          QueueUrl: DLQ_URL,
          Entries: [
            {
              MessageAttributes: {
                reason: { StringValue: "malformed" },
                detail: { StringValue: "`sumu_continuation` is reserved for SUMU" },
              },
            },
          ],
        },
      ]);
    });
  });

  it("goes on with a continuation that it has sent before it marked them, and with no other function's", async () => {
    await start({ rows: [] }, { AWS_LAMBDA_FUNCTION_NAME: "acme-sumu-pusher" });
    const body = (connection: string) =>
      JSON.stringify({ data: 1, sumu_continuation: { attempt: 1, connections: [["bob", connection, HOUR_AGO]] } });
    await pusher(
      queueEvent([
        { body: body("c1"), senderId: "AROA3XFRBF535PLBIFPI4:acme-sumu-pusher" },
        { body: body("c2"), senderId: "AROA3XFRBF535PLBIFPI4:acme-backend" },
      ]),
      context(),
    );
    expect([...aws.posts.keys()]).toEqual(["c1"]);
  });

  it("removes the row of a connection that API Gateway does not know or no URL can name, and delivers the rest", async () => {
    const invalid = { status: 400, body: '{"message":"Invalid connectionId: c3"}' };
    await start({ rows: [row("ann", "c1")], post: (id) => (id === "c3" ? invalid : { status: 200 }) });
    const ids = ["\ud800", ".", "..", "c2", "c3"];
    const odd = JSON.stringify({
      data: 1,
      sumu_continuation: { attempt: 1, connections: ids.map((id) => ["bob", id, HOUR_AGO]) },
    });
    const response = await pusher(
      queueEvent([{ body: odd, isMarked: true }, { body: JSON.stringify({ users: ["ann"], data: 2 }) }]),
      context(),
    );
    expect(response).toEqual({ batchItemFailures: [] });
    expect([...aws.posts.keys()].sort()).toEqual(["c1", "c2", "c3"]);
    const removed = aws.calls.filter(({ operation }) => operation === "DeleteItem").map(({ input }) => input.Key);
    expect(removed).toHaveLength(4);
    expect(removed).toEqual(
      expect.arrayContaining(
        ["\ud800", ".", "..", "c3"].map((id) => ({ user_id: { S: "bob" }, connection_id: { S: id } })),
      ),
    );
    expect(aws.calls.filter(({ operation }) => operation === "SendMessageBatch")).toEqual([]);
  });

  it("keeps the row of a connection for which something other than API Gateway has answered", async () => {
    const page = { headers: { "content-type": "text/html" }, body: "<html><h1>400 Bad Request</h1></html>" };
    let tries = 0;
    await start({
      rows: [row("ann", "c1")],
      post: () => [{ status: 400, ...page }, { status: 200, ...page }, { status: 200 }][tries++] ?? "silence",
    });
    await pusher(sqsEvent(JSON.stringify({ users: ["ann"], data: 1 })), context());
    expect(aws.posts.get("c1")).toHaveLength(3);
    expect(aws.calls.map(({ operation }) => operation)).toEqual(["Query"]);
  });

  it("fails a topic's event that no queue takes, so that Lambda repeats it", async () => {
    await start({
      rows: [row("ann", "c1")],
      post: () => ({ status: 500 }),
      call: (operation) => (operation === "SendMessageBatch" ? { status: 403 } : undefined),
    });
    await expect(pusher(snsEvent(JSON.stringify({ data: 1 })), context(300))).rejects.toThrow(
      "a notification could be handed over to no queue",
    );
  });

  it("keeps its connections for the next invocation", async () => {
    await start({ rows: [row("ann", "c1")] });
    const event = sqsEvent(JSON.stringify({ users: ["ann"], data: 1 }));
    await pusher(event, context());
    const opened = aws.connections();
    await pusher(event, context());
    expect([opened, aws.connections()]).toEqual([2, 2]);
  });

  it("keeps to the concurrency of its environment", async () => {
    await start(
      {
        rows: Array.from({ length: 200 }, (_, index) => row(`u${index}`, `c${index}`)),
        post: () => ({ status: 200, delayMs: 1 }),
      },
      { DELIVERY_CONCURRENCY: "5", READ_CONCURRENCY: "1" },
    );
    await pusher(sqsEvent(JSON.stringify({ data: 1 })), context());
    expect([aws.posts.size, aws.peakConnections()]).toEqual([200, 6]);
  });

  it("logs one JSON line a batch, with counts and the request id, and nothing of users, payloads or credentials", async () => {
    await start({ rows: [row("ann-the-user", "c1")] }, { SUMU_STACK: "acme-sumu" });
    await pusher(sqsEvent(JSON.stringify({ users: ["ann-the-user"], data: "the payload" })), context());
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      {
        level: "info",
        code: "pushed",
        requestId: "request-1",
        stack: "acme-sumu",
        messages: 1,
        messageId: "059f36b4-87a3-44ab-83d2-661975043720",
        expired: 0,
        closed: 0,
        ended: 0,
        deadLettered: 0,
        malformed: 0,
        failed: 0,
        durationMs: expect.any(Number),
        Delivered: 1,
        DeliveryTime: [expect.any(Number)],
        _aws: {
          Timestamp: expect.any(Number),
          CloudWatchMetrics: [
            {
              Namespace: "SUMU",
              Dimensions: [["stack"]],
              Metrics: [
                { Name: "Delivered", Unit: "Count" },
                { Name: "DeliveryTime", Unit: "Milliseconds" },
              ],
            },
          ],
        },
      },
    ]);
    expect(lines.join("")).not.toMatch(/ann|payload|secret|session/);
  });

  it.each([
    [{ APIGW_ENDPOINT: "" }, "APIGW_ENDPOINT must be set"],
    [{ AWS_REGION: "" }, "AWS_REGION must be set: Lambda sets it to the function's region"],
    [{ AWS_ACCESS_KEY_ID: "" }, "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY must be set"],
    [{ DELIVERY_CONCURRENCY: "0" }, 'DELIVERY_CONCURRENCY must be a whole number from 1 to 800, got "0"'],
  ])("rejects, at its start, an environment it cannot work in: %j", async (environment, message) => {
    await start({ rows: [] });
    expect(() => createHandler({ ...aws.environment, ...environment })).toThrow(message);
  });
});
