import { createHandler } from "../../../handlers/presence/create-handler";
import type { Clock } from "../../../handlers/shared/clock";
import { type Reply, type ScriptedServer, type SeenRequest, scriptedServer } from "../support/scripted-server";
import { environmentFor } from "./support/environment";
import { queueEvent, queueRecord, streamEvent, streamRecord } from "./support/events";

/** Ahead of the time of day, by which the connection pool judges a deadline. */
const NOW = Date.UTC(2100, 0, 1, 0, 0, 0, 123);
/** Time stands still, and no wait takes any. */
const CLOCK: Clock = {
  now: () => NOW,
  after: (_, callback) => {
    queueMicrotask(callback);
    return () => undefined;
  },
};
const GRACE_QUEUE_URL = "https://sqs.eu-central-1.amazonaws.com/000000000000/acme-sumu-presence-grace";
const CONTEXT = { awsRequestId: "request-1", getRemainingTimeInMillis: () => 60_000 };
const INSERT = streamEvent(streamRecord({ userId: "alice", sequenceNumber: "111", at: NOW }));

const NAMES = {
  "#status": "status",
  "#version": "version",
  "#changed_at": "changed_at",
  "#offline_since": "offline_since",
};
const ANNOUNCED_ONLINE = {
  user_id: { S: "alice" },
  status: { S: "ONLINE" },
  version: { N: "1" },
  changed_at: { N: "4102444799000" },
  announced: { N: "1" },
};

const ok = (body: object): Reply => ({ status: 200, body: JSON.stringify(body) });
const refusal = (status: number, code: string): Reply => ({
  status,
  body: JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${code}`, message: "alice is not to be named" }),
});

/** `DynamoDB GetItem`, `AmazonSQS SendMessage`, `SNS Publish`. */
function operation({ method, headers, body }: SeenRequest): string {
  if (method === "DELETE") return method;
  const target = headers["x-amz-target"];
  if (typeof target === "string") return target.replace("_20120810", "").replace(".", " ");
  return `SNS ${new URLSearchParams(body).get("Action")}`;
}

describe("the presence handler", () => {
  const servers: ScriptedServer[] = [];
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.close()));
  });

  /** Answers each operation with the next reply scripted for it; the last one stays. */
  async function run(
    event: Parameters<ReturnType<typeof createHandler>>[0],
    replies: Record<string, Reply[]>,
    environment: Record<string, string> = {},
  ) {
    const script = structuredClone(replies);
    const server = await scriptedServer((request) => {
      const next = script[operation(request)] ?? [];
      return (next.length > 1 ? next.shift() : next[0]) ?? { status: 400, body: "not in the script" };
    });
    servers.push(server);
    const log: string[] = [];
    const presence = createHandler(
      { ...environmentFor(server.endpoint), APIGW_ENDPOINT: `${server.endpoint}/live`, ...environment },
      { clock: CLOCK, writeLog: (line) => log.push(line) },
    );
    const response = await presence(event, CONTEXT).finally(() => presence.close());
    const sent = server.requests.map((request) => ({
      operation: operation(request),
      body: request.headers["content-type"]?.startsWith("application/x-www-form-urlencoded")
        ? Object.fromEntries(new URLSearchParams(request.body))
        : JSON.parse(request.body || "{}"),
    }));
    return { response, log, sent, requests: server.requests };
  }

  const tables = {
    "DynamoDB GetItem": [ok({})],
    "DynamoDB Query": [ok({ Count: 1, ScannedCount: 1 })],
    "DynamoDB UpdateItem": [ok({}), ok({ Attributes: { ...ANNOUNCED_ONLINE, changed_at: { N: String(NOW) } } })],
    "SNS Publish": [{ status: 200, body: "<PublishResponse/>" }],
    "AmazonSQS SendMessage": [ok({ MessageId: "m-1" })],
  };

  const read = {
    operation: "DynamoDB GetItem",
    body: { TableName: "acme-sumu-presence", Key: { user_id: { S: "alice" } }, ConsistentRead: true },
  };
  const query = {
    operation: "DynamoDB Query",
    body: {
      TableName: "acme-sumu-connections",
      ConsistentRead: true,
      Select: "COUNT",
      KeyConditionExpression: "#user_id = :user_id",
      FilterExpression: "attribute_not_exists(#delete_at) OR #delete_at > :now OR #delete_at > :now_text",
      ExpressionAttributeNames: { "#user_id": "user_id", "#delete_at": "delete_at" },
      ExpressionAttributeValues: {
        ":user_id": { S: "alice" },
        ":now": { N: "4102444800" },
        ":now_text": { S: "4102444800" },
      },
      Limit: 25,
    },
  };

  it("sends exactly these requests for the first ONLINE of a user", async () => {
    const { response, sent, requests, log } = await run(INSERT, { ...tables });
    expect(response).toEqual({ batchItemFailures: [] });
    expect(log).toHaveLength(1);
    expect(JSON.parse(String(log[0]))).toEqual({
      level: "info",
      code: "presence_settled",
      requestId: "request-1",
      stack: "sumu",
      records: 1,
      failed: 0,
      durationMs: 0,
      Online: 1,
      _aws: {
        Timestamp: NOW,
        CloudWatchMetrics: [
          { Namespace: "SUMU", Dimensions: [["stack"]], Metrics: [{ Name: "Online", Unit: "Count" }] },
        ],
      },
    });
    expect(sent).toEqual([
      read,
      query,
      {
        operation: "DynamoDB UpdateItem",
        body: {
          TableName: "acme-sumu-presence",
          Key: { user_id: { S: "alice" } },
          UpdateExpression:
            "SET #status = :status, #version = :version, #changed_at = :changed_at REMOVE #offline_since",
          ConditionExpression: "attribute_not_exists(#version)",
          ExpressionAttributeNames: NAMES,
          ExpressionAttributeValues: {
            ":status": { S: "ONLINE" },
            ":version": { N: "4102444800123" },
            ":changed_at": { N: "4102444800123" },
          },
        },
      },
      {
        operation: "SNS Publish",
        body: {
          Action: "Publish",
          Version: "2010-03-31",
          TopicArn: "arn:aws:sns:eu-central-1:000000000000:acme-sumu-messages",
          Message:
            '{"type":"presence","message":{"user_id":"alice","status":"ONLINE","timestamp":4102444800123,"version":4102444800123}}',
          "MessageAttributes.entry.1.Name": "source",
          "MessageAttributes.entry.1.Value.DataType": "String",
          "MessageAttributes.entry.1.Value.StringValue": "lambda.presence.watchdog",
          "MessageAttributes.entry.2.Name": "user_id",
          "MessageAttributes.entry.2.Value.DataType": "String",
          "MessageAttributes.entry.2.Value.StringValue": "alice",
          "MessageAttributes.entry.3.Name": "timestamp",
          "MessageAttributes.entry.3.Value.DataType": "Number",
          "MessageAttributes.entry.3.Value.StringValue": "4102444800123",
          "MessageAttributes.entry.4.Name": "version",
          "MessageAttributes.entry.4.Value.DataType": "Number",
          "MessageAttributes.entry.4.Value.StringValue": "4102444800123",
        },
      },
      {
        operation: "DynamoDB UpdateItem",
        body: {
          TableName: "acme-sumu-presence",
          Key: { user_id: { S: "alice" } },
          UpdateExpression: "SET #announced = :version",
          ConditionExpression: "#version = :version",
          ExpressionAttributeNames: { "#version": "version", "#announced": "announced" },
          ExpressionAttributeValues: { ":version": { N: "4102444800123" } },
          ReturnValues: "ALL_NEW",
        },
      },
      query,
    ]);
    expect(requests[0]?.headers.authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/21000101\/eu-central-1\/dynamodb\/aws4_request, /,
    );
    expect(requests[3]?.headers.authorization).toContain("/eu-central-1/sns/aws4_request");
  });

  it("sends OFFLINE to the queue when the last device has gone, over the version it has read", async () => {
    const { sent, response } = await run(
      INSERT,
      {
        ...tables,
        "DynamoDB GetItem": [ok({ Item: ANNOUNCED_ONLINE })],
        "DynamoDB Query": [ok({ Count: 0, ScannedCount: 0 })],
        "DynamoDB UpdateItem": [
          ok({}),
          ok({
            Attributes: {
              ...ANNOUNCED_ONLINE,
              status: { S: "OFFLINE" },
              version: { N: "4102444800123" },
              announced: { N: "4102444800123" },
            },
          }),
        ],
      },
      { PRESENCE_SOURCE: "queue" },
    );
    expect(response).toEqual({ batchItemFailures: [] });
    expect(sent.map(({ operation }) => operation)).toEqual([
      "DynamoDB GetItem",
      "DynamoDB Query",
      "DynamoDB UpdateItem",
      "AmazonSQS SendMessage",
      "DynamoDB UpdateItem",
      "DynamoDB Query",
    ]);
    expect(sent[2]?.body).toMatchObject({
      ConditionExpression: "#version = :expected_version AND attribute_not_exists(#offline_since)",
      ExpressionAttributeValues: {
        ":status": { S: "OFFLINE" },
        ":version": { N: "4102444800123" },
        ":changed_at": { N: "4102444800123" },
        ":expected_version": { N: "1" },
      },
    });
    expect(sent[3]?.body).toEqual({
      QueueUrl: "https://sqs.eu-central-1.amazonaws.com/000000000000/acme-sumu-messages",
      MessageBody:
        '{"type":"presence","message":{"user_id":"alice","status":"OFFLINE","timestamp":4102444800123,"version":4102444800123}}',
      MessageAttributes: {
        source: { DataType: "String", StringValue: "lambda.presence.watchdog" },
        user_id: { DataType: "String", StringValue: "alice" },
        timestamp: { DataType: "Number", StringValue: "4102444800123" },
        version: { DataType: "Number", StringValue: "4102444800123" },
      },
    });
  });

  const GRACE = { PRESENCE_GRACE_SECONDS: "30", PRESENCE_GRACE_QUEUE_URL: GRACE_QUEUE_URL };

  it("notes since when an OFFLINE waits, and sends itself a check", async () => {
    const { sent } = await run(
      INSERT,
      { ...tables, "DynamoDB GetItem": [ok({ Item: ANNOUNCED_ONLINE })], "DynamoDB Query": [ok({ Count: 0 })] },
      GRACE,
    );
    expect(sent.map(({ operation }) => operation)).toEqual([
      "DynamoDB GetItem",
      "DynamoDB Query",
      "DynamoDB UpdateItem",
      "DynamoDB Query",
      "AmazonSQS SendMessage",
    ]);
    expect(sent[2]?.body).toMatchObject({
      UpdateExpression:
        "SET #status = :status, #version = :version, #changed_at = :changed_at, #offline_since = :offline_since",
      ConditionExpression: "#version = :expected_version AND attribute_not_exists(#offline_since)",
      ExpressionAttributeNames: NAMES,
      ExpressionAttributeValues: {
        ":status": { S: "ONLINE" },
        ":version": { N: "1" },
        ":changed_at": { N: "4102444799000" },
        ":offline_since": { N: "4102444800123" },
        ":expected_version": { N: "1" },
      },
    });
    expect(sent[4]?.body).toEqual({
      QueueUrl: GRACE_QUEUE_URL,
      MessageBody: '{"user_id":"alice"}',
      DelaySeconds: 30,
    });
  });

  it("says OFFLINE for a check that is due, only if nobody has touched the wait meanwhile", async () => {
    const waiting = { ...ANNOUNCED_ONLINE, offline_since: { N: String(NOW - 30_000) } };
    const { sent, response } = await run(
      queueEvent(queueRecord({ messageId: "m-1", body: '{"user_id":"alice"}' })),
      {
        ...tables,
        "DynamoDB GetItem": [ok({ Item: waiting })],
        "DynamoDB Query": [ok({ Count: 0 })],
        "DynamoDB UpdateItem": [
          ok({}),
          ok({ Attributes: { ...waiting, status: { S: "OFFLINE" }, version: { N: "4102444800123" } } }),
        ],
      },
      GRACE,
    );
    expect(response).toEqual({ batchItemFailures: [] });
    expect(sent[2]?.body).toMatchObject({
      UpdateExpression: "SET #status = :status, #version = :version, #changed_at = :changed_at REMOVE #offline_since",
      ConditionExpression: "#version = :expected_version AND #offline_since = :expected_offline_since",
      ExpressionAttributeValues: {
        ":expected_offline_since": { N: "4102444770123" },
        ":version": { N: "4102444800123" },
      },
    });
    expect(sent[3]?.operation).toBe("SNS Publish");
  });

  it("follows pages of expired connections to the first that counts, without a limit after the first", async () => {
    const key = (id: string) => ({ user_id: { S: "alice" }, connection_id: { S: id } });
    const { sent } = await run(INSERT, {
      ...tables,
      "DynamoDB GetItem": [ok({ Item: ANNOUNCED_ONLINE })],
      "DynamoDB Query": [
        ok({ Count: 0, ScannedCount: 25, LastEvaluatedKey: key("a") }),
        ok({ Count: 0, ScannedCount: 9_000, LastEvaluatedKey: key("b") }),
        ok({ Count: 1, ScannedCount: 9_000, LastEvaluatedKey: key("c") }),
      ],
    });
    expect(sent.map(({ body }) => [body.Limit, body.ExclusiveStartKey])).toEqual([
      [undefined, undefined],
      [25, undefined],
      [undefined, key("a")],
      [undefined, key("b")],
    ]);
  });

  it("reads again when another function was faster, and finds nothing left to do", async () => {
    const { sent, response } = await run(INSERT, {
      ...tables,
      "DynamoDB GetItem": [ok({}), ok({ Item: ANNOUNCED_ONLINE })],
      "DynamoDB UpdateItem": [refusal(400, "ConditionalCheckFailedException")],
    });
    expect(response).toEqual({ batchItemFailures: [] });
    expect(sent.map(({ operation }) => operation)).toEqual([
      "DynamoDB GetItem",
      "DynamoDB Query",
      "DynamoDB UpdateItem",
      "DynamoDB GetItem",
      "DynamoDB Query",
    ]);
  });

  it("survives a throttled and a reset publish without failing the record", async () => {
    const { response, sent } = await run(INSERT, {
      ...tables,
      "SNS Publish": [{ status: 429, body: "<Code>Throttling</Code>" }, "reset", { status: 200 }],
    });
    expect(response).toEqual({ batchItemFailures: [] });
    expect(sent.filter(({ operation }) => operation === "SNS Publish")).toHaveLength(3);
  });

  it("reports a record that AWS refuses, and logs code and sequence number, but neither user nor AWS's words", async () => {
    const { response, log } = await run(INSERT, {
      ...tables,
      "DynamoDB Query": [refusal(400, "AccessDeniedException")],
    });
    expect(response).toEqual({ batchItemFailures: [{ itemIdentifier: "111" }] });
    expect(log).toEqual([
      '{"level":"error","code":"record_failed","requestId":"request-1","failure":"AccessDeniedException","operation":"Query","records":1,"firstRecord":"111"}',
      '{"level":"info","code":"presence_settled","requestId":"request-1","records":1,"failed":1,"durationMs":0}',
    ]);
  });

  it.each([
    [{ ...ANNOUNCED_ONLINE, status: { S: "AWAY" } }, "MALFORMED_ROW"],
    [{ ...ANNOUNCED_ONLINE, changed_at: { S: "yesterday" } }, "MALFORMED_ROW"],
  ])("makes a dead letter of a user whose presence row is not the watchdog's: %j", async (Item, failure) => {
    const { response, sent, log } = await run(INSERT, {
      ...tables,
      "DynamoDB GetItem": [ok({ Item })],
      "AmazonSQS SendMessage": [ok({})],
    });
    expect(response).toEqual({ batchItemFailures: [] });
    expect(sent.at(-1)).toEqual({
      operation: "AmazonSQS SendMessage",
      body: {
        QueueUrl: "https://sqs.eu-central-1.amazonaws.com/000000000000/acme-sumu-presence-dlq",
        MessageBody: '{"user_id":"alice","records":["111"]}',
        MessageAttributes: { reason: { DataType: "String", StringValue: failure } },
      },
    });
    expect(log[0]).toContain(`"failure":"${failure}"`);
    expect(log.join("")).not.toContain("alice");
  });

  it("has a record tried again for which the dead-letter queue is out of reach", async () => {
    const { response } = await run(INSERT, {
      ...tables,
      "DynamoDB GetItem": [ok({ Item: { ...ANNOUNCED_ONLINE, status: { S: "AWAY" } } })],
      "AmazonSQS SendMessage": [refusal(400, "AccessDeniedException")],
    });
    expect(response).toEqual({ batchItemFailures: [{ itemIdentifier: "111" }] });
  });

  it("takes a row without a version for a user never seen", async () => {
    const { sent } = await run(INSERT, { ...tables, "DynamoDB GetItem": [ok({ Item: { user_id: { S: "alice" } } })] });
    expect(sent[2]?.body.ConditionExpression).toBe("attribute_not_exists(#version)");
  });

  it("begins nothing when no time is left, and reports every record", async () => {
    const server = await scriptedServer(() => "silence");
    servers.push(server);
    const presence = createHandler(environmentFor(server.endpoint), { clock: CLOCK, writeLog: () => undefined });
    const event = streamEvent(
      streamRecord({ userId: "alice", sequenceNumber: "1", at: NOW }),
      streamRecord({ userId: "bob", sequenceNumber: "2", at: NOW }),
    );
    const response = await presence(event, { ...CONTEXT, getRemainingTimeInMillis: () => 1_000 });
    presence.close();
    expect(response).toEqual({ batchItemFailures: [{ itemIdentifier: "1" }, { itemIdentifier: "2" }] });
    expect(server.requests).toEqual([]);
  });

  it("rejects an event that is neither the stream's nor the grace queue's, and a missing variable by its name", async () => {
    await expect(run({ Records: [{ eventSource: "aws:sns" }] } as never, tables)).rejects.toThrow(
      "eventSource is neither aws:dynamodb nor aws:sqs",
    );
    await expect(run(INSERT, tables, { PRESENCE_TABLE: "" })).rejects.toThrow("PRESENCE_TABLE must be set");
  });

  describe("with a limit of two connections for each user", () => {
    const row = (id: string, connectedAt: number) => ({
      connection_id: { S: id },
      connected_at: { N: String(connectedAt) },
    });
    const LIMIT = { MAX_CONNECTIONS_PER_USER: "2", PRESENCE_SOURCE: "none" };
    const three = {
      "DynamoDB Query": [ok({ Items: [row("c=", NOW - 1), row("a=", NOW - 3), row("b=", NOW - 2)], Count: 3 })],
    };

    it("closes the oldest connection of a user who opens a third, and tells no presence", async () => {
      const { response, sent, requests, log } = await run(
        INSERT,
        { ...three, DELETE: [{ status: 204, body: "" }] },
        LIMIT,
      );
      expect(response).toEqual({ batchItemFailures: [] });
      expect(requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
        "POST /",
        "DELETE /live/@connections/a%3D",
      ]);
      expect(requests[1]?.headers.authorization).toMatch(/\/eu-central-1\/execute-api\/aws4_request, /);
      expect(sent[0]?.body).toMatchObject({
        TableName: "acme-sumu-connections",
        ConsistentRead: true,
        ProjectionExpression: "#connection_id, #connected_at",
        FilterExpression: query.body.FilterExpression,
      });
      expect(log.map((line) => JSON.parse(line))).toMatchObject([
        { level: "info", code: "connections_closed", records: 1, firstRecord: "111", closed: 1, gone: 0 },
        { level: "info", code: "presence_settled", failed: 0, Closed: 1 },
      ]);
      expect(log.join()).not.toContain("alice");
    });

    it("looks at no user whose connection has closed", async () => {
      const closed = streamEvent(streamRecord({ eventName: "REMOVE", userId: "alice", sequenceNumber: "1", at: NOW }));
      expect((await run(closed, three, LIMIT)).requests).toEqual([]);
    });

    it("makes a dead letter when it may not close a connection, and holds up nobody", async () => {
      const { response, sent, log } = await run(
        INSERT,
        { ...three, DELETE: [{ status: 403, body: "" }], "AmazonSQS SendMessage": [ok({ MessageId: "m-1" })] },
        LIMIT,
      );
      expect(response).toEqual({ batchItemFailures: [] });
      expect(sent.at(-1)?.body).toEqual({
        QueueUrl: "https://sqs.eu-central-1.amazonaws.com/000000000000/acme-sumu-presence-dlq",
        MessageBody: '{"user_id":"alice","records":["111"]}',
        MessageAttributes: { reason: { DataType: "String", StringValue: "LIMIT_NOT_KEPT" } },
      });
      expect(JSON.parse(String(log[0]))).toMatchObject({
        level: "error",
        code: "limit_not_kept",
        failure: "status_403",
      });
    });
  });

  describe("with channels", () => {
    const CHANNELS = {
      CONTROL_QUEUE_URL: "https://sqs.eu-central-1.amazonaws.com/000000000000/acme-sumu-control",
      PRESENCE_SOURCE: "none",
    };
    const record = (eventName: "INSERT" | "MODIFY" | "REMOVE", connectionId: string, number: number) =>
      streamRecord({ eventName, userId: "alice", connectionId, sequenceNumber: String(number), at: NOW });
    const change = streamEvent(
      record("INSERT", "new=", 1),
      record("REMOVE", "gone-1=", 2),
      record("MODIFY", "other=", 3),
      record("REMOVE", "gone-2=", 4),
    );
    const entry = (Id: string, connectionId: string) => ({
      Id,
      MessageBody: "connection_gone",
      DelaySeconds: 10,
      MessageAttributes: {
        action: { DataType: "String", StringValue: "connection_gone" },
        connection_id: { DataType: "String", StringValue: connectionId },
      },
    });

    it("tells the control queue of the connections that are gone, in one request and after a delay", async () => {
      const { response, sent } = await run(
        change,
        { "AmazonSQS SendMessageBatch": [ok({ Successful: [] })] },
        CHANNELS,
      );
      expect(response).toEqual({ batchItemFailures: [] });
      expect(sent).toEqual([
        {
          operation: "AmazonSQS SendMessageBatch",
          body: { QueueUrl: CHANNELS.CONTROL_QUEUE_URL, Entries: [entry("0", "gone-1="), entry("1", "gone-2=")] },
        },
      ]);
    });

    it("sends nothing when no connection is gone", async () => {
      const { sent } = await run(streamEvent(record("INSERT", "new=", 1)), {}, CHANNELS);
      expect(sent).toEqual([]);
    });

    it("holds up no presence when the control queue does not take it", async () => {
      const { response, log } = await run(
        change,
        { "AmazonSQS SendMessageBatch": [refusal(400, "QueueDoesNotExist")] },
        CHANNELS,
      );
      expect(response).toEqual({ batchItemFailures: [] });
      expect(log.map((line) => JSON.parse(line))).toContainEqual(
        expect.objectContaining({ level: "warn", code: "clean_up_not_sent", connections: 2 }),
      );
      expect(log.join()).not.toMatch(/alice|gone-1/);
    });
  });

  it("rejects a wrong environment at its start, before any batch", () => {
    expect(() => createHandler({ ...environmentFor("http://127.0.0.1:1"), PRESENCE_TABLE: "" })).toThrow(
      new Error("PRESENCE_TABLE must be set"),
    );
  });
});
