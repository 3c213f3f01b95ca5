import type { SNSEvent, SQSEvent } from "aws-lambda";
import { createHandler, type PusherHandler } from "../../../handlers/pusher/create-handler";
import { type FakeAws, type FakeAwsOptions, fakeAws } from "../support/fake-aws";

const fromQueue = (body: string) =>
  ({
    Records: [{ messageId: "m", body, attributes: { SentTimestamp: "1545082649183" }, eventSource: "aws:sqs" }],
  }) as unknown as SQSEvent;
const fromTopic = (Message: string) =>
  ({
    Records: [{ EventSource: "aws:sns", Sns: { MessageId: "m", Message, Timestamp: "2026-01-02T12:45:07.000Z" } }],
  }) as unknown as SNSEvent;

const now = Date.now();
const rows = Array.from({ length: 50 }, (_, index) => ({
  user_id: `u${index}`,
  connection_id: `c${index}`,
  connected_at: now - 3_600_000,
  delete_at: Math.ceil(now / 1_000) + 3_600,
}));

const context = (remainingMs: number) => {
  const end = Date.now() + remainingMs;
  return { awsRequestId: "request-1", getRemainingTimeInMillis: () => end - Date.now() };
};

describe("the pusher's handler, by the clock on the wall", () => {
  let aws: FakeAws;
  let pusher: PusherHandler;
  const start = async (options: FakeAwsOptions, environment: Record<string, string> = {}) => {
    aws = await fakeAws(options);
    pusher = createHandler({ ...aws.environment, ...environment });
  };

  beforeEach(() => {
    jest.spyOn(process.stdout, "write").mockReturnValue(true);
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    pusher.close();
    await aws.close();
  });

  it("delivers a broadcast itself when the queue refuses its parts, for whatever reason, after five seconds", async () => {
    await start(
      {
        rows,
        pageRows: 20,
        call: (operation) =>
          operation === "SendMessageBatch"
            ? { status: 400, body: '{"__type":"com.amazonaws.sqs#SlowDown"}' }
            : undefined,
      },
      { BROADCAST_SEGMENTS: "2" },
    );
    const startedAt = performance.now();
    expect(await pusher(fromQueue(JSON.stringify({ data: 1 })), context(120_000))).toEqual({ batchItemFailures: [] });
    expect(aws.posts.size).toBe(50);
    expect(performance.now() - startedAt).toBeLessThan(30_000);
  });

  it("gives up on a dead letter of the topic in time for Lambda to repeat it", async () => {
    await start({ rows: [], call: () => ({ status: 500 }) });
    const startedAt = performance.now();
    await expect(pusher(fromTopic("not JSON"), context(400))).rejects.toThrow(
      "a notification could be handed over to no queue",
    );
    expect(performance.now() - startedAt).toBeLessThan(1_500);
  });
});
