import { inspect } from "node:util";
import { AwsError, ConditionalCheckFailedError } from "../../../handlers/aws/aws-error";
import { DynamoDb } from "../../../handlers/aws/dynamodb";
import { serviceEndpoint } from "../../../handlers/aws/endpoint";
import { Sns } from "../../../handlers/aws/sns";
import { messageBytes, Sqs } from "../../../handlers/aws/sqs";
import { type Reply, type ScriptedServer, scriptedServer } from "../support/scripted-server";

const QUEUE_URL = "https://sqs.eu-west-1.amazonaws.com/123456789012/messages";
const REGION = { AWS_REGION: "eu-west-1" };

let server: ScriptedServer;
let client: { close(): void } | undefined;
let waitsMs: number[];

/** The n-th request gets the n-th reply; those after the last get the last. */
async function options(...replies: Reply[]) {
  server = await scriptedServer(() => replies[Math.min(server.requests.length, replies.length) - 1] ?? { status: 200 });
  waitsMs = [];
  return {
    environment: {
      ...REGION,
      AWS_ENDPOINT_URL: server.endpoint,
      AWS_ACCESS_KEY_ID: "AKID",
      AWS_SECRET_ACCESS_KEY: "do-not-log",
      AWS_SESSION_TOKEN: "session",
    },
    random: () => 1,
    sleep: async (ms: number) => {
      waitsMs.push(ms);
    },
  };
}

function opened<Client extends { close(): void }>(it: Client): Client {
  client = it;
  return it;
}

afterEach(async () => {
  client?.close();
  await server?.close();
});

const scan = { TableName: "connections" };
const refusal = (type: string, status = 400): Reply => ({
  status,
  headers: { "x-amzn-requestid": "r-1" },
  body: JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${type}`, message: "User secret-value said no" }),
});

describe("DynamoDb", () => {
  it("calls an operation over the JSON protocol and gives its output", async () => {
    const output = { Count: 1, Items: [{ user_id: { S: "ann" } }], LastEvaluatedKey: { user_id: { S: "ann" } } };
    const db = opened(new DynamoDb(await options({ status: 200, body: JSON.stringify(output) })));
    expect(await db.scan({ ...scan, Segment: 1, TotalSegments: 4 })).toEqual(output);
    expect(server.requests).toMatchObject([
      {
        method: "POST",
        path: "/",
        body: '{"TableName":"connections","Segment":1,"TotalSegments":4}',
        headers: {
          "content-type": "application/x-amz-json-1.0",
          "x-amz-target": "DynamoDB_20120810.Scan",
          "x-amz-security-token": "session",
          authorization: expect.stringContaining("/eu-west-1/dynamodb/aws4_request, SignedHeaders=content-type;host;"),
        },
      },
    ]);
  });

  it.each<[string, Reply]>([
    ["throughput", refusal("ProvisionedThroughputExceededException")],
    ["throttling", refusal("ThrottlingException")],
    ["the account's limit", refusal("RequestLimitExceeded")],
    ["a 500", { status: 500 }],
    ["a 503 that is not JSON", { status: 503, body: "<html>" }],
    ["a reset", "reset"],
  ])("retries %s with full jitter", async (_, reply) => {
    const db = opened(
      new DynamoDb(await options(reply, reply, reply, { status: 200, body: JSON.stringify({ Count: 0 }) })),
    );
    await db.scan(scan);
    expect(server.requests).toHaveLength(4);
    expect(waitsMs).toEqual([50, 100, 200]);
  });

  it.each(["KMSThrottlingException", "SlowDown", "Anything"])("retries %s, whatever it is", async (code) => {
    const db = opened(new DynamoDb(await options(refusal(code), { status: 200, body: JSON.stringify({ Count: 0 }) })));
    expect(await db.scan(scan)).toEqual({ Count: 0 });
    expect(waitsMs).toEqual([50]);
  });

  it.each<[string, Reply]>([
    ["a page", { status: 200, body: "<html>" }],
    ["JSON cut short", { status: 200, body: '{"Count":' }],
    ["null", { status: 200, body: "null" }],
    ["no count", { status: 200, body: "{}" }],
    ["items that are none", { status: 200, body: '{"Count":1,"Items":[{"user_id":"ann"}]}' }],
  ])("takes an answer that is not DynamoDB's for a failure, which it retries: %s", async (_, reply) => {
    const db = opened(new DynamoDb(await options(reply, { status: 200, body: '{"Count":0}' })));
    expect(await db.scan(scan)).toEqual({ Count: 0 });
    expect(server.requests).toHaveLength(2);
  });

  it("keeps an answer that it cannot read out of the error", async () => {
    const db = opened(new DynamoDb(await options({ status: 200, body: "secret-value" })));
    const error = await db.scan(scan).catch((cause: unknown) => cause);
    expect(error).toMatchObject({ name: "AwsError", code: "InvalidResponse", statusCode: 200 });
    expect(inspect(error)).not.toContain("secret-value");
  });

  it("gives up after eight attempts", async () => {
    const db = opened(new DynamoDb(await options(refusal("ThrottlingException"))));
    await expect(db.scan(scan)).rejects.toMatchObject({
      name: "AwsError",
      message: "dynamodb Scan failed: ThrottlingException",
      code: "ThrottlingException",
      statusCode: 400,
      requestId: "r-1",
    });
    expect(server.requests).toHaveLength(8);
    expect(waitsMs).toEqual([50, 100, 200, 400, 800, 1_600, 3_000]);
  });

  it("does not retry past the deadline", async () => {
    const given = await options(refusal("ThrottlingException"));
    // The pool's clock is the real one.
    const deadline = Date.now() + 120_000;
    const db = opened(new DynamoDb({ ...given, now: () => deadline - 49 }));
    await expect(db.scan(scan, { deadline })).rejects.toBeInstanceOf(AwsError);
    expect([server.requests.length, waitsMs]).toEqual([1, []]);
  });

  it("does not retry what will not pass, and keeps AWS's words, which may quote values, out of the error", async () => {
    const db = opened(new DynamoDb(await options(refusal("ValidationException"))));
    const error = await db.scan(scan).catch((cause: unknown) => cause);
    expect(error).toMatchObject({ code: "ValidationException" });
    expect(JSON.stringify(error) + String(error)).not.toMatch(/secret-value|do-not-log/);
    expect(server.requests).toHaveLength(1);
  });

  it("throws ConditionalCheckFailedError when a condition does not hold", async () => {
    const db = opened(new DynamoDb(await options(refusal("ConditionalCheckFailedException"))));
    const key = { Key: { user_id: { S: "ann" } } };
    await expect(db.deleteItem({ ...scan, ...key })).rejects.toBeInstanceOf(ConditionalCheckFailedError);
  });

  it("rejects a call without credentials, naming the variables", async () => {
    const { environment, ...given } = await options({ status: 200, body: "{}" });
    const db = opened(new DynamoDb({ ...given, environment: { ...environment, AWS_ACCESS_KEY_ID: "" } }));
    await expect(db.scan(scan)).rejects.toThrow(
      "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY must be set: Lambda sets them from the function's role",
    );
  });
});

describe("Sqs", () => {
  it("sends a message with delay and attributes", async () => {
    const sqs = opened(new Sqs(await options({ status: 200, body: "{}" })));
    await sqs.sendMessage(QUEUE_URL, {
      body: "hi",
      delaySeconds: 30,
      attributes: { source: { DataType: "String", StringValue: "test" } },
    });
    expect(JSON.parse(server.requests[0]?.body ?? "")).toEqual({
      QueueUrl: QUEUE_URL,
      MessageBody: "hi",
      DelaySeconds: 30,
      MessageAttributes: { source: { DataType: "String", StringValue: "test" } },
    });
    expect(server.requests[0]?.headers["x-amz-target"]).toBe("AmazonSQS.SendMessage");
  });

  it("packs messages by ten and by 256 KiB", async () => {
    const sqs = opened(new Sqs(await options({ status: 200, body: "{}" })));
    const small = Array.from({ length: 11 }, (_, index) => ({ body: `small ${index}` }));
    const large = Array.from({ length: 3 }, () => ({ body: "x".repeat(120_000) }));
    expect(await sqs.sendMessages(QUEUE_URL, [...small, ...large])).toEqual([]);
    expect(server.requests.map(({ body }) => JSON.parse(body).Entries.length)).toEqual([10, 3, 1]);
  });

  it("sends again the entries that may pass, and reports those that never will", async () => {
    const Failed = [
      { Id: "0", SenderFault: false, Code: "InternalError" },
      { Id: "2", SenderFault: true, Code: "InvalidMessageContents" },
    ];
    const sqs = opened(
      new Sqs(await options({ status: 200, body: JSON.stringify({ Failed }) }, { status: 200, body: "{}" })),
    );
    const messages = [{ body: "a" }, { body: "b" }, { body: "c" }];
    expect(await sqs.sendMessages(QUEUE_URL, messages)).toEqual([
      { message: messages[2], code: "InvalidMessageContents" },
    ]);
    expect(JSON.parse(server.requests[1]?.body ?? "").Entries).toEqual([{ Id: "0", MessageBody: "a" }]);
  });

  /** As one would meet them: a key that is throttled, a queue, the account, and a code that nobody knows yet. */
  const PASSING = [
    ...["KmsThrottled", "KMSThrottling", "KMS.ThrottlingException", "TooManyRequestsException", "SlowDown"],
    ...["RequestThrottled", "ThrottlingException", "Throttling", "ServiceUnavailable", "InternalError", "Anything"],
    ...["OverLimit", "PriorRequestNotComplete", "RequestExpired"],
  ];

  it.each(PASSING)("sends again what SQS refuses for a moment, with back-off: %s", async (code) => {
    const whole = { status: 400, body: JSON.stringify({ __type: `com.amazonaws.sqs#${code}` }) };
    const Failed = [{ Id: "0", Code: code, SenderFault: true }];
    const entry = { status: 200, body: JSON.stringify({ Failed }) };
    const given = await options(...Array(20).fill(whole), ...Array(20).fill(entry), { status: 200, body: "{}" });
    const sqs = opened(new Sqs({ ...given, now: Date.now }));
    expect(await sqs.sendMessages(QUEUE_URL, [{ body: "a" }], { deadline: Date.now() + 60_000 })).toEqual([]);
    expect(server.requests).toHaveLength(41);
    expect(waitsMs.slice(0, 8)).toEqual([50, 100, 200, 400, 800, 1_600, 3_000, 3_000]);
    expect(waitsMs.slice(20, 24)).toEqual([50, 100, 200, 400]);
  });

  it.each(PASSING)("goes on until its deadline, and gives up in time: %s", async (code) => {
    let now = 0;
    const entry = { status: 200, body: JSON.stringify({ Failed: [{ Id: "0", Code: code, SenderFault: false }] }) };
    const sqs = opened(
      new Sqs({
        ...(await options(entry)),
        now: () => now,
        sleep: async (ms) => {
          now += ms;
        },
      }),
    );
    const messages = [{ body: "a" }];
    // The pool's clock is the real one.
    const deadline = Date.now() + 120_000;
    now = deadline - 110_000;
    expect(await sqs.sendMessages(QUEUE_URL, messages, { deadline })).toEqual([{ message: messages[0], code }]);
    expect(deadline - now).toBeGreaterThan(0);
    expect(deadline - now).toBeLessThanOrEqual(3_000);
    expect(server.requests.length).toBeGreaterThan(30);
  });

  it.each([
    ...["AccessDenied", "AccessDeniedException", "QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue"],
    ...["KmsAccessDenied", "KMS.AccessDeniedException", "KMS.DisabledException", "KmsInvalidState", "KmsNotFound"],
    ...["InvalidMessageContents", "InvalidParameterValue", "UnsupportedOperation", "BatchRequestTooLong"],
    ...["ExpiredTokenException", "UnrecognizedClientException", "InvalidSignatureException", "SignatureDoesNotMatch"],
  ])("gives up at once on what can never succeed: %s", async (code) => {
    const deadline = Date.now() + 60_000;
    const messages = [{ body: "a" }];
    const whole = { status: 400, body: JSON.stringify({ __type: `com.amazonaws.sqs#${code}` }) };
    const calls = opened(new Sqs(await options(whole)));
    expect(await calls.sendMessages(QUEUE_URL, messages, { deadline })).toEqual([{ message: messages[0], code }]);
    expect([server.requests.length, waitsMs]).toEqual([1, []]);
    calls.close();
    await server.close();

    const entry = { status: 200, body: JSON.stringify({ Failed: [{ Id: "0", Code: code, SenderFault: true }] }) };
    const entries = opened(new Sqs(await options(entry)));
    expect(await entries.sendMessages(QUEUE_URL, messages, { deadline })).toEqual([{ message: messages[0], code }]);
    expect([server.requests.length, waitsMs]).toEqual([1, []]);
  });

  it("reports every message of a call that failed as a whole", async () => {
    const sqs = opened(
      new Sqs(await options({ status: 400, headers: { "x-amzn-errortype": "AccessDenied:http://x" } })),
    );
    const messages = [{ body: "a" }, { body: "b" }];
    expect(await sqs.sendMessages(QUEUE_URL, messages)).toEqual(
      messages.map((message) => ({ message, code: "AccessDenied" })),
    );
  });

  it("counts a message's bytes as SQS does", () => {
    expect(messageBytes({ body: "é", attributes: { ab: { DataType: "String", StringValue: "ü" } } })).toBe(
      2 + 2 + 6 + 2,
    );
  });
});

describe("Sns", () => {
  it("publishes over the query protocol", async () => {
    const sns = opened(new Sns(await options({ status: 200, body: "<PublishResponse/>" })));
    await sns.publish({
      topicArn: "arn:aws:sns:eu-west-1:123456789012:messages",
      message: "a&b=ü",
      attributes: { timestamp: { DataType: "Number", StringValue: "1" } },
    });
    expect(Object.fromEntries(new URLSearchParams(server.requests[0]?.body))).toEqual({
      Action: "Publish",
      Version: "2010-03-31",
      TopicArn: "arn:aws:sns:eu-west-1:123456789012:messages",
      Message: "a&b=ü",
      "MessageAttributes.entry.1.Name": "timestamp",
      "MessageAttributes.entry.1.Value.DataType": "Number",
      "MessageAttributes.entry.1.Value.StringValue": "1",
    });
  });

  it.each(["KMSThrottling", "Throttled", "InternalError", "Anything"])("publishes again after %s", async (code) => {
    const body = `<ErrorResponse><Error><Code>${code}</Code></Error></ErrorResponse>`;
    const sns = opened(new Sns(await options({ status: 400, body }, { status: 200, body: "<PublishResponse/>" })));
    await sns.publish({ topicArn: "t", message: "m" });
    expect(server.requests).toHaveLength(2);
  });

  it("publishes again when something other than SNS has answered", async () => {
    const sns = opened(
      new Sns(
        await options({ status: 200, body: "<html>Sign in</html>" }, { status: 200, body: "<PublishResponse/>" }),
      ),
    );
    await sns.publish({ topicArn: "t", message: "m" });
    expect(server.requests).toHaveLength(2);
  });

  it("knows a refusal by its XML code", async () => {
    const body = "<ErrorResponse><Error><Type>Sender</Type><Code>AuthorizationError</Code></Error></ErrorResponse>";
    const sns = opened(new Sns(await options({ status: 403, body })));
    await expect(sns.publish({ topicArn: "t", message: "m" })).rejects.toMatchObject({ code: "AuthorizationError" });
  });
});

describe("serviceEndpoint", () => {
  it.each([
    [{ AWS_REGION: "eu-west-1" }, "https://sqs.eu-west-1.amazonaws.com"],
    [{ AWS_REGION: "us-gov-west-1" }, "https://sqs.us-gov-west-1.amazonaws.com"],
    [{ AWS_REGION: "cn-north-1" }, "https://sqs.cn-north-1.amazonaws.com.cn"],
    [{ ...REGION, AWS_ENDPOINT_URL: "http://localhost:4566" }, "http://localhost:4566"],
    [{ ...REGION, AWS_ENDPOINT_URL: "http://a", AWS_ENDPOINT_URL_SQS: "http://b" }, "http://b"],
    [{ ...REGION, AWS_ENDPOINT_URL: "http://a", AWS_ENDPOINT_URL_DYNAMODB: "http://b" }, "http://a"],
  ])("of sqs in %j is %s", (environment, expected) => {
    expect(serviceEndpoint("sqs", environment)).toBe(expected);
  });
});
