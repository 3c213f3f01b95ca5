import { SQSClient } from "@aws-sdk/client-sqs";
import { Presence } from "../../examples/backend/typescript/presence";
import { type Message, RecentlyDone, receive } from "../../examples/backend/typescript/receive";

/** A client that answers each operation by the script. */
function scripted(answers: Readonly<Record<string, () => object>>): {
  readonly sqs: SQSClient;
  readonly calls: (readonly [operation: string, input: object])[];
} {
  const calls: [string, object][] = [];
  const sqs = new SQSClient({ region: "eu-west-1" });
  sqs.send = (async (command: { constructor: { name: string }; input: object }) => {
    const { input } = command;
    const operation = command.constructor.name.replace("Command", "");
    calls.push([operation, input]);
    return answers[operation]?.() ?? {};
  }) as typeof sqs.send;
  return { sqs, calls };
}

const RAW = {
  MessageId: "m1",
  ReceiptHandle: "r",
  Body: '{"order":4711}',
  MessageAttributes: {
    user_id: { DataType: "String", StringValue: "alice" },
    timestamp: { DataType: "Number", StringValue: "1764000000999" },
    source: { DataType: "String", StringValue: "apigw.route.send" },
  },
};

describe("the TypeScript receiver", () => {
  it("reads a message and its attributes, and deletes it when it is handled", async () => {
    const stop = new AbortController();
    const { sqs, calls } = scripted({ ReceiveMessage: () => ({ Messages: [RAW] }) });
    const handled: Message[] = [];
    const handle = async (message: Message) => {
      handled.push(message);
      stop.abort();
    };
    await receive(sqs, "url", handle, { signal: stop.signal });
    expect(handled).toEqual([
      { id: "m1", body: '{"order":4711}', userId: "alice", timestamp: 1_764_000_000_999, source: "apigw.route.send" },
    ]);
    expect(calls).toEqual([
      [
        "ReceiveMessage",
        { QueueUrl: "url", MaxNumberOfMessages: 10, WaitTimeSeconds: 20, MessageAttributeNames: ["All"] },
      ],
      ["DeleteMessageBatch", { QueueUrl: "url", Entries: [{ Id: "0", ReceiptHandle: "r" }] }],
    ]);
  });

  it("handles a message once that comes twice, and deletes it both times", async () => {
    const stop = new AbortController();
    let received = 0;
    const { sqs, calls } = scripted({
      ReceiveMessage: () => {
        if (++received === 2) stop.abort();
        return { Messages: [RAW] };
      },
    });
    let handled = 0;
    await receive(sqs, "url", async () => void handled++, { signal: stop.signal });
    expect(handled).toBe(1);
    expect(calls.filter(([operation]) => operation === "DeleteMessageBatch")).toHaveLength(2);
  });

  it("leaves a message that fails to come again soon, and tells of its id and error", async () => {
    const stop = new AbortController();
    const { sqs, calls } = scripted({
      ReceiveMessage: () => {
        stop.abort();
        return { Messages: [RAW, { ...RAW, MessageId: "m2", ReceiptHandle: "r2" }] };
      },
    });
    const errors: unknown[] = [];
    const handle = async ({ id }: Message) => {
      if (id === "m1") throw new Error("out of stock");
    };
    await receive(sqs, "url", handle, { signal: stop.signal, onError: (...error) => errors.push(error) });
    expect(errors).toEqual([[new Error("out of stock"), "m1"]]);
    expect(calls.slice(1)).toEqual([
      ["ChangeMessageVisibility", { QueueUrl: "url", ReceiptHandle: "r", VisibilityTimeout: 30 }],
      ["DeleteMessageBatch", { QueueUrl: "url", Entries: [{ Id: "0", ReceiptHandle: "r2" }] }],
    ]);
  });

  it("goes on after SQS has failed", async () => {
    const stop = new AbortController();
    let received = 0;
    const { sqs } = scripted({
      ReceiveMessage: () => {
        if (++received === 1) throw new Error("ServiceUnavailable");
        stop.abort();
        return { Messages: [] };
      },
    });
    const errors: unknown[] = [];
    await receive(sqs, "url", async () => {}, { signal: stop.signal, onError: (error) => errors.push(error) });
    expect(errors).toEqual([new Error("ServiceUnavailable")]);
  });

  it("remembers the last 10,000 messages", () => {
    const done = new RecentlyDone();
    for (let id = 0; id <= 10_000; id++) done.add(String(id));
    expect([done.has("0"), done.has("1"), done.has("10000")]).toEqual([false, true, true]);
  });
});

describe("the TypeScript view of presence", () => {
  const presence = new Presence();
  const apply = (status: string, version: number) => {
    const body = JSON.stringify({ type: "presence", message: { user_id: "a", status, timestamp: 1, version } });
    const isNews = presence.apply({ source: "lambda.presence.watchdog", body }) !== undefined;
    return [isNews, presence.isOnline("a")];
  };

  it("drops repeats and latecomers by their version", () => {
    expect(apply("ONLINE", 1)).toEqual([true, true]);
    expect(apply("ONLINE", 1)).toEqual([false, true]);
    expect(apply("OFFLINE", 4)).toEqual([true, false]);
    expect(apply("ONLINE", 3)).toEqual([false, false]);
    expect(apply("ONLINE", 5)).toEqual([true, true]);
    expect(presence.apply({ source: "apigw.route.send", body: "hi" })).toBeUndefined();
  });
});
