import { type ControlHandler, createHandler } from "../../../handlers/control/create-handler";
import { cursorAt } from "../../../src/contract/history";
import { type Reply, type ScriptedServer, scriptedServer } from "../support/scripted-server";
import { record } from "./support/record";

const CONTEXT = { awsRequestId: "request-1", getRemainingTimeInMillis: () => 60_000 };

describe("the control function", () => {
  let server: ScriptedServer;
  let handler: ControlHandler;
  let replies: (operation: string, input: Record<string, unknown>) => Reply;
  const posts: { path: string; body: string }[] = [];
  const calls: { operation: string; input: Record<string, unknown> }[] = [];
  const lines: string[] = [];
  beforeEach(async () => {
    for (const list of [posts, calls, lines]) list.length = 0;
    replies = () => ({ status: 200, body: '{"Count":0,"Items":[]}' });
    server = await scriptedServer(({ path, body, headers }) => {
      if (path.startsWith("/live/@connections/")) {
        posts.push({ path, body });
        return { status: 200 };
      }
      const operation = String(headers["x-amz-target"]).split(".")[1] ?? "";
      calls.push({ operation, input: JSON.parse(body) });
      return replies(operation, JSON.parse(body));
    });
    handler = createHandler(
      {
        AWS_ENDPOINT_URL: server.endpoint,
        AWS_REGION: "eu-west-1",
        AWS_ACCESS_KEY_ID: "AKID",
        AWS_SECRET_ACCESS_KEY: "secret",
        APIGW_ENDPOINT: `${server.endpoint}/live`,
        CONTROL_DLQ_URL: "https://sqs.eu-west-1.amazonaws.com/123456789012/control-dlq",
        HISTORY_TABLE_NAME: "history",
        HISTORY_SECONDS: "3600",
      },
      { writeLog: (line) => lines.push(line) },
    );
  });
  afterEach(async () => {
    handler.close();
    await server.close();
  });

  const after = cursorAt(Date.now() - 60_000, "a");
  const recover = (id: string) => JSON.stringify({ action: "recover", id, after });

  it("reads the history strongly consistent, page by page, and posts to the connection", async () => {
    const item = (cursor: string) => ({
      stream: { S: "user:alice" },
      cursor: { S: cursor },
      id: { S: `id-${cursor}` },
      data: { S: '{"n":1.10}' },
      except: { S: '["bob"]' },
    });
    replies = (operation, { ExpressionAttributeValues }) => {
      if (operation === "UpdateItem") return { status: 200, body: "{}" };
      const values = ExpressionAttributeValues as Record<string, { S: string }>;
      if (values[":s"]?.S !== "user:alice") return { status: 200, body: '{"Count":0,"Items":[]}' };
      const isFirst = !values[":c"]?.S.includes("-");
      const output = isFirst
        ? { Count: 1, Items: [item(after)], LastEvaluatedKey: { cursor: { S: after } } }
        : { Count: 1, Items: [item(cursorAt(Date.now(), "b"))] };
      return { status: 200, body: JSON.stringify(output) };
    };
    expect(await handler({ Records: [record("m-1", recover("7"))] }, CONTEXT)).toEqual({ batchItemFailures: [] });
    expect(calls.map(({ operation }) => operation)).toEqual(["UpdateItem", "Query", "Query", "Query", "UpdateItem"]);
    for (const { input } of calls.slice(1, 4)) {
      expect(input).toMatchObject({ TableName: "history", ConsistentRead: true });
    }
    expect(calls[0]?.input).toMatchObject({
      TableName: "history",
      Key: { stream: { S: "lease:J6x7dFvtIAMCIGA=" }, cursor: { S: "0" } },
      ConditionExpression: "attribute_not_exists(#u) OR #u <= :now OR #f = :f",
      ReturnValues: "UPDATED_OLD",
    });
    expect(calls[4]?.input).not.toHaveProperty("ConditionExpression");
    expect(posts.map(({ path }) => path)).toEqual(Array(3).fill("/live/@connections/J6x7dFvtIAMCIGA%3D"));
    expect(posts[0]?.body).toBe(
      `{"type":"notification","id":"id-${after}","cursor":"${after}","recovered":true,"data":{"n":1.10}}`,
    );
    expect(JSON.parse(posts[2]?.body ?? "")).toMatchObject({ type: "recovered", id: "7", complete: true });
  });

  it.each([
    ["another frame has", () => ({ status: 400, body: '{"__type":"ConditionalCheckFailedException"}' }), 1, "refused"],
    ["the same frame has", (until: number) => heldBy(until), 0, "repeated"],
    ["the same frame had", (until: number) => heldBy(until - 60_000), 1, "answered"],
  ])("asks the table whether %s the right to recover on the connection", async (_, reply, frames, outcome) => {
    replies = (operation, { ConditionExpression }) =>
      operation === "UpdateItem" && ConditionExpression
        ? reply(Date.now() + 20_000)
        : { status: 200, body: '{"Count":0,"Items":[]}' };
    await handler({ Records: [record("m-1", recover("7"))] }, CONTEXT);
    expect(posts).toHaveLength(frames);
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({ code: "frame_handled", outcome });
  });

  it("recovers although the answer was lost that gives it the right: the table has its own time", async () => {
    const ends: number[] = [];
    replies = (operation, { ConditionExpression, ExpressionAttributeValues }) => {
      if (operation !== "UpdateItem" || !ConditionExpression) return { status: 200, body: '{"Count":0,"Items":[]}' };
      ends.push(Number((ExpressionAttributeValues as Record<string, { N: string }>)[":u"]?.N));
      return ends.length === 1 ? { status: 500 } : heldBy(ends[0] ?? 0);
    };
    await handler({ Records: [record("m-1", recover("7"))] }, CONTEXT);
    expect([ends.length, ends[1]]).toEqual([2, ends[0]]);
    expect(JSON.parse(posts[0]?.body ?? "{}")).toMatchObject({ type: "recovered", id: "7", complete: true });
  });

  const heldBy = (until: number): Reply => ({
    status: 200,
    body: JSON.stringify({ Attributes: { until: { N: String(until) }, frame: { S: "J6x7eGbqIAMFwyg=" } } }),
  });

  it("logs ids and counts, and no user, cursor of a client or data", async () => {
    await handler({ Records: [record("m-1", recover("7"), { user_id: "secret-user" })] }, CONTEXT);
    const [handled, summary] = lines.map((line) => JSON.parse(line));
    expect(handled).toMatchObject({
      level: "info",
      code: "frame_handled",
      requestId: "request-1",
      frame: "J6x7eGbqIAMFwyg=",
      action: "recover",
      outcome: "answered",
      sent: 0,
      isMore: false,
      isGap: false,
    });
    expect(summary).toMatchObject({ code: "control_handled", records: 1, failed: 0, Recoveries: 1 });
    expect(lines.join()).not.toMatch(new RegExp(`secret-user|${after}`));
  });

  it("handles the frames of a batch at the same time", async () => {
    const slow = record("m-1", recover("slow"), { connection_id: "slow", user_id: "slow" });
    replies = (_, input) => ({
      status: 200,
      body: '{"Count":0,"Items":[]}',
      delayMs: JSON.stringify(input).includes("user:slow") ? 300 : 0,
    });
    const others = [1, 2, 3].map((n) => record(`m-${n + 1}`, recover(`${n}`), { connection_id: `c${n}` }));
    await handler({ Records: [slow, ...others] }, CONTEXT);
    expect(
      posts
        .map(({ body }) => JSON.parse(body).id)
        .sort()
        .slice(-1),
    ).toEqual(["slow"]);
    expect(JSON.parse(posts.at(-1)?.body ?? "").id).toBe("slow");
  });

  it.each([
    ["user_id", undefined, "the message has no attribute user_id"],
    ["connection_id", "", "the message has no attribute connection_id"],
    ["timestamp", "now", "the attribute timestamp is not a whole number"],
    ["action", "send", "the attribute action is not a control route"],
  ])("makes a dead letter of a message whose %s is %j, at once", async (name, value, detail) => {
    const records = [record("m-1", "{}", { [name]: value }), record("m-2", recover("2"))];
    expect(await handler({ Records: records }, CONTEXT)).toEqual({ batchItemFailures: [] });
    const [letter] = calls.filter(({ operation }) => operation === "SendMessage");
    expect(letter?.input).toMatchObject({
      QueueUrl: "https://sqs.eu-west-1.amazonaws.com/123456789012/control-dlq",
      MessageBody: "{}",
      MessageAttributes: { reason: { StringValue: "malformed" }, detail: { StringValue: detail } },
    });
    expect(posts.map(({ body }) => JSON.parse(body).type)).toEqual(["recovered"]);
  });

  it("lets SQS deliver a message again if its dead letter cannot be sent", async () => {
    replies = () => ({ status: 400, body: '{"__type":"AccessDeniedException"}' });
    const records = [record("m-1", "{}", { user_id: undefined })];
    expect(await handler({ Records: records }, CONTEXT)).toEqual({ batchItemFailures: [{ itemIdentifier: "m-1" }] });
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({ level: "error", code: "frame_failed", message: "m-1" });
  });

  it("tells the client that a service fails, logs its code, and does not let SQS deliver the frame again", async () => {
    replies = () => ({ status: 400, body: '{"__type":"AccessDeniedException"}' });
    expect(await handler({ Records: [record("m-1", recover("7"))] }, CONTEXT)).toEqual({ batchItemFailures: [] });
    expect(JSON.parse(posts[0]?.body ?? "")).toMatchObject({ type: "refused", id: "7", reason: "unavailable" });
    const [handled, summary] = lines.map((line) => JSON.parse(line));
    expect(handled).toMatchObject({ level: "error", code: "frame_handled", failure: "AccessDeniedException" });
    expect(summary).toMatchObject({ FramesRefused: 1, FramesFailed: 1 });
  });

  it("handles an empty batch", async () => {
    expect(await handler({ Records: [] }, CONTEXT)).toEqual({ batchItemFailures: [] });
  });
});

describe("the control function's configuration", () => {
  const environment = {
    AWS_REGION: "eu-west-1",
    AWS_ACCESS_KEY_ID: "AKID",
    AWS_SECRET_ACCESS_KEY: "secret",
    APIGW_ENDPOINT: "https://api.example/live",
    CONTROL_DLQ_URL: "https://sqs.example/dlq",
    HISTORY_TABLE_NAME: "history",
    HISTORY_SECONDS: "3600",
  };

  it.each([
    ["APIGW_ENDPOINT", "", "APIGW_ENDPOINT must be set"],
    ["CONTROL_DLQ_URL", "", "CONTROL_DLQ_URL must be set"],
    ["HISTORY_TABLE_NAME", "", "HISTORY_TABLE_NAME must be set"],
    ["HISTORY_SECONDS", "1209601", 'HISTORY_SECONDS must be a whole number from 1 to 1209600, got "1209601"'],
  ])("fails at the start if %s is %j", (name, value, message) => {
    expect(() => createHandler({ ...environment, [name]: value })).toThrow(message);
  });

  it("needs no table if no history is kept", () => {
    createHandler({ ...environment, HISTORY_TABLE_NAME: undefined, HISTORY_SECONDS: undefined }).close();
  });
});
