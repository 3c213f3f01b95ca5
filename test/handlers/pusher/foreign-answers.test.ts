import type { SQSEvent } from "aws-lambda";
import { createHandler, type PusherHandler } from "../../../handlers/pusher/create-handler";
import { DLQ_URL, type FakeAws, type FakeAwsOptions, fakeAws, QUEUE_URL } from "../support/fake-aws";
import type { Reply } from "../support/scripted-server";

/** Answers that none of the services gives, although their status says that all is well. */
const FOREIGN: readonly (readonly [string, Reply])[] = [
  ["a page in HTML", { status: 200, headers: { "content-type": "text/html" }, body: "<html>Sign in</html>" }],
  ["text that is no JSON", { status: 200, body: "OK" }],
  ["JSON cut short", { status: 200, body: '{"Items":[{"user_id":' }],
  ["an answer cut short", { status: 200, headers: { "content-length": "100", connection: "close" }, body: "{" }],
  ["null", { status: 200, body: "null" }],
  ["a list", { status: 200, body: "[]" }],
  ["a number", { status: 200, body: "5" }],
  ["members of other types", { status: 200, body: '{"Items":"x","Count":"x","Failed":"x","LastEvaluatedKey":1}' }],
  ["lists of other types", { status: 200, body: '{"Items":[null],"Count":1,"Failed":[null]}' }],
  [
    "items without the types",
    { status: 200, body: '{"Items":[{"user_id":"x"}],"Count":1,"Failed":[{"Id":0,"Code":1}]}' },
  ],
];

/** One of each kind: not JSON, not whole, of another shape. */
const KINDS = FOREIGN.filter((_, index) => [0, 3, 8].includes(index));

const TIME_IS_UP_AFTER_MS = 1_000;
const HOUR_AGO = Date.now() - 3_600_000;
const ROW = { user_id: "ann", connection_id: "c1", connected_at: HOUR_AGO };

function event(body: string, isMarked = false): SQSEvent {
  const messageAttributes = isMarked
    ? { sumu_continuation: { stringValue: "1", dataType: "String" as const } }
    : undefined;
  return {
    Records: [{ messageId: "m", body, attributes: { SentTimestamp: "1545082649183" }, messageAttributes }],
  } as unknown as SQSEvent;
}

const toAnn = event(JSON.stringify({ users: ["ann"], data: 1 }));
const toEveryone = event(JSON.stringify({ data: 1 }));

describe("the pusher, answered by something other than AWS", () => {
  let aws: FakeAws;
  let pusher: PusherHandler;
  const rejections: unknown[] = [];
  const onRejection = (reason: unknown) => rejections.push(reason);

  /** With a minute left, unless the test is about what the pusher does when its time is up. */
  const push = async (messages: SQSEvent, options: FakeAwsOptions, remainingMs = 60_000) => {
    aws = await fakeAws(options);
    pusher = createHandler(aws.environment);
    const end = Date.now() + remainingMs;
    const response = await pusher(messages, {
      awsRequestId: "r",
      getRemainingTimeInMillis: () => end - Date.now(),
    });
    // A rejection without a handler is told of after the microtasks of its turn.
    await new Promise((resolve) => setImmediate(resolve));
    return response;
  };
  const sent = (queueUrl: string) =>
    aws.calls
      .filter(({ operation, input }) => operation === "SendMessageBatch" && input.QueueUrl === queueUrl)
      .flatMap(({ input }) => input.Entries as { MessageBody: string; MessageAttributes?: object }[]);

  beforeEach(() => {
    rejections.length = 0;
    process.on("unhandledRejection", onRejection);
    jest.spyOn(process.stdout, "write").mockReturnValue(true);
  });

  afterEach(async () => {
    process.off("unhandledRejection", onRejection);
    jest.restoreAllMocks();
    pusher.close();
    await aws.close();
    expect(rejections).toEqual([]);
  });

  it.each(FOREIGN)("reads a user's connections again when the table answers %s", async (_, reply) => {
    const response = await push(toAnn, {
      rows: [ROW],
      call: (operation, tries) => (operation === "Query" && tries === 1 ? reply : undefined),
    });
    expect(response).toEqual({ batchItemFailures: [] });
    expect(aws.posts.get("c1")).toEqual(["1"]);
  });

  it.each(KINDS)("tries a user again later when the table answers nothing but %s", async (_, reply) => {
    const response = await push(
      toAnn,
      {
        rows: [ROW],
        call: (operation) => (operation === "Query" ? reply : undefined),
      },
      TIME_IS_UP_AFTER_MS,
    );
    expect(response).toEqual({ batchItemFailures: [] });
    expect(sent(QUEUE_URL).map(({ MessageBody }) => JSON.parse(MessageBody))).toMatchObject([
      { users: ["ann"], data: 1 },
    ]);
    expect(aws.posts.size).toBe(0);
  });

  it.each(KINDS)("tries a broadcast again later when the table answers nothing but %s", async (_, reply) => {
    const response = await push(
      toEveryone,
      {
        rows: [ROW],
        call: (operation) => (operation === "Scan" ? reply : undefined),
      },
      TIME_IS_UP_AFTER_MS,
    );
    expect(response).toEqual({ batchItemFailures: [] });
    expect(sent(QUEUE_URL).map(({ MessageBody }) => JSON.parse(MessageBody))).toMatchObject([
      { data: 1, sumu_continuation: { sent_at: 1_545_082_649_183 } },
    ]);
    expect(aws.posts.size).toBe(0);
  });

  it.each(KINDS)("finishes although the table answers a removal with %s", async (_, reply) => {
    const response = await push(
      toAnn,
      {
        rows: [ROW],
        post: () => ({ status: 410 }),
        call: (operation) => (operation === "DeleteItem" ? reply : undefined),
      },
      TIME_IS_UP_AFTER_MS,
    );
    expect(response).toEqual({ batchItemFailures: [] });
  });

  it.each(FOREIGN)("sends a dead letter again when the queue answers %s", async (_, reply) => {
    const response = await push(toAnn, {
      rows: [ROW],
      post: () => ({ status: 413 }),
      call: (operation, tries) => (operation === "SendMessageBatch" && tries === 1 ? reply : undefined),
    });
    expect(response).toEqual({ batchItemFailures: [] });
    expect(sent(DLQ_URL)).toHaveLength(2);
  });

  it.each(KINDS)("leaves the message to SQS when its dead letter is answered with nothing but %s", async (_, reply) => {
    const response = await push(
      toAnn,
      {
        rows: [ROW],
        post: () => ({ status: 413 }),
        call: (operation) => (operation === "SendMessageBatch" ? reply : undefined),
      },
      TIME_IS_UP_AFTER_MS,
    );
    expect(response).toEqual({ batchItemFailures: [{ itemIdentifier: "m" }] });
  });

  it.each(KINDS)("leaves a malformed message to SQS when the dead-letter queue answers %s", async (_, reply) => {
    const response = await push(
      event("no JSON"),
      {
        rows: [],
        call: (operation) => (operation === "SendMessageBatch" ? reply : undefined),
      },
      TIME_IS_UP_AFTER_MS,
    );
    expect(response).toEqual({ batchItemFailures: [{ itemIdentifier: "m" }] });
    expect(sent(DLQ_URL).length).toBeGreaterThan(0);
  });

  it.each<[string, Reply]>([
    ["a page in HTML", { status: 200, headers: { "content-type": "text/html" }, body: "<html>Sign in</html>" }],
    ["a page of a load balancer", { status: 400, headers: { "content-type": "text/html" }, body: "<html></html>" }],
    ["an answer cut short", { status: 200, headers: { "content-length": "100", connection: "close" }, body: "{" }],
    ["a reset", "reset"],
    ["silence", "silence"],
  ])("tries a connection again when @connections answers %s", async (_, reply) => {
    const response = await push(toAnn, { rows: [ROW], post: () => reply }, TIME_IS_UP_AFTER_MS);
    expect(response).toEqual({ batchItemFailures: [] });
    const bodies = sent(QUEUE_URL).map(({ MessageBody }) => JSON.parse(MessageBody));
    expect(bodies).toMatchObject([{ data: 1, sumu_continuation: { connections: [["ann", "c1", HOUR_AGO]] } }]);
    expect(aws.calls.map(({ operation }) => operation)).not.toContain("DeleteItem");
  });
});
