import { FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { PutItemCommand } from "@aws-sdk/client-dynamodb";
import { ReceiveMessageCommand, SetQueueAttributesCommand } from "@aws-sdk/client-sqs";
import { type LocalStack, startLocalStack } from "../../local/local-stack";
import { emittedMetrics } from "../support/embedded-metrics";
import { describeWithLocalAws, INSTALL_TIMEOUT_MILLISECONDS } from "../support/local-aws";
import { localTarget } from "./local-target";
import { Session } from "./session";
import { until } from "./until";

jest.setTimeout(60_000);

type Line = Readonly<Record<string, unknown>>;

const STACK = { stack: "local-sumu" };

describeWithLocalAws("failures on one machine", () => {
  let stack: LocalStack;
  let session: Session;

  beforeAll(async () => {
    stack = await startLocalStack({ presenceSource: "topic" });
    session = await Session.open(localTarget(stack, "topic"));
    const QueueUrl = stack.info.notifications.queue.url;
    // Instead of 12 minutes between two receives.
    const Attributes = { VisibilityTimeout: "1" };
    await stack.aws.sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes }));
  }, INSTALL_TIMEOUT_MILLISECONDS);

  afterAll(async () => {
    await session?.close();
    await stack?.stop();
  });

  /** What a function has logged so far, line by line; Lambda's own lines are no JSON. */
  async function lines(name: "authorizer-codeless" | "pusher-codeless" | "presence"): Promise<readonly Line[]> {
    const { events = [] } = await stack.aws.logs
      .send(new FilterLogEventsCommand({ logGroupName: `/sumu/local-sumu-${name}` }))
      .catch(() => ({ events: [] }));
    return events
      .flatMap(({ message = "" }) => message.trimEnd().split("\n"))
      .filter((line) => line.startsWith("{"))
      .map((line) => JSON.parse(line));
  }

  const metrics = (line: Line | undefined) =>
    emittedMetrics(JSON.stringify(line ?? {})).map(({ name, dimensions, values }) => ({ name, dimensions, values }));

  /** Waits for a dead letter of this body; gives its reason. */
  async function deadLetter(queueUrl: string, body: string): Promise<string | undefined> {
    const found = await until("the dead letter", async () => {
      const { Messages = [] } = await stack.aws.sqs.send(
        new ReceiveMessageCommand({
          QueueUrl: `${queueUrl}-dlq`,
          MaxNumberOfMessages: 10,
          MessageAttributeNames: ["reason"],
          VisibilityTimeout: 0,
        }),
      );
      return Messages.find((message) => message.Body === body);
    });
    return found.MessageAttributes?.reason?.StringValue;
  }

  /** Waits for so many lines of the pusher on a message, and gives them with the summaries of their invocations. */
  async function ofInvocations(count: number, where: (line: Line) => boolean): Promise<readonly Line[][]> {
    return until("the lines", async () => {
      const all = await lines("pusher-codeless");
      const found = all.filter(where).map((line) => {
        const summary = all.find(({ code, requestId }) => code === "pushed" && requestId === line.requestId);
        return summary === undefined ? [line] : [line, summary];
      });
      return found.length >= count && found.every(({ length }) => length === 2) && found;
    });
  }

  const failed = [{ name: "Failed", dimensions: STACK, values: [1] }];

  it("leave a malformed notification of the topic in the dead-letter queue, a line and a metric", async () => {
    await session.notify("topic", "no JSON, by the topic");
    expect(await deadLetter(stack.info.notifications.queue.url, "no JSON, by the topic")).toBe("malformed");
    const [[line, summary] = []] = await ofInvocations(1, ({ code }) => code === "malformed");
    expect(line).toEqual({
      level: "error",
      code: "malformed",
      requestId: expect.any(String),
      messageId: expect.any(String),
      detail: "the message is not JSON",
    });
    expect(summary).toMatchObject({ level: "info", messages: 1, malformed: 1 });
    expect(metrics(summary)).toEqual(failed);
  });

  it("leave a malformed notification of the queue in the dead-letter queue once it was received five times", async () => {
    await session.notify("queue", '{"users":"no list"}');
    expect(await deadLetter(stack.info.notifications.queue.url, '{"users":"no list"}')).toBeUndefined();
    const tries = await ofInvocations(5, ({ detail }) => detail === "the message has no `data`");
    expect(tries.map(([, summary]) => metrics(summary))).toEqual(Array(5).fill(failed));
  });

  it("leave what no client can take in the dead-letter queue at once, with the reason", async () => {
    const body = JSON.stringify({ data: "x".repeat(130 * 1_024) });
    await session.notify("queue", body);
    expect(await deadLetter(stack.info.notifications.queue.url, body)).toBe("payload_too_large");
    const [[, summary] = []] = await ofInvocations(1, ({ deadLettered }) => deadLettered === 1);
    expect(metrics(summary)).toEqual(failed);
  });

  it("count a refused client by its reason, and name its request and connection", async () => {
    await expect(session.connectWith("no.token.at-all")).rejects.toThrow("403");
    const line = await until("the line", async () =>
      (await lines("authorizer-codeless")).find(({ decision }) => decision === "deny"),
    );
    expect(line).toMatchObject({
      level: "info",
      code: "authorization_decided",
      requestId: expect.any(String),
      apiRequestId: expect.any(String),
      connectionId: expect.any(String),
      reason: "token_malformed",
    });
    expect(metrics(line)).toEqual([
      { name: "Refused", dimensions: STACK, values: [1] },
      { name: "Refused", dimensions: { ...STACK, reason: "token_malformed" }, values: [1] },
    ]);
  });

  // Last: the emulator lets a record that fails hold up its shard for good, and has no destination for it.
  it("name the record of a user whose presence cannot be told, and not the user", async () => {
    const user = session.user("eve");
    const row = { user_id: { S: user }, status: { S: "AWAY" }, version: { N: "1" } };
    const TableName = stack.info.presence_table?.name ?? "";
    await stack.aws.dynamodb.send(new PutItemCommand({ TableName, Item: row }));
    await session.connect(user);
    const line = await until("the line", async () =>
      (await lines("presence")).find(({ code }) => code === "record_failed"),
    );
    expect(line).toEqual({
      level: "error",
      code: "record_failed",
      requestId: expect.any(String),
      failure: "MALFORMED_ROW",
      records: 1,
      firstRecord: expect.any(String),
    });
    expect(JSON.stringify(await lines("presence"))).not.toContain(user);
  });
});
