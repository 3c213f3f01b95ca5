import { PutItemCommand } from "@aws-sdk/client-dynamodb";
import {
  AddPermissionCommand,
  GetAliasCommand,
  GetPolicyCommand,
  InvokeCommand,
  ListEventSourceMappingsCommand,
  PublishVersionCommand,
  RemovePermissionCommand,
  UpdateAliasCommand,
  UpdateEventSourceMappingCommand,
  UpdateFunctionConfigurationCommand,
} from "@aws-sdk/client-lambda";
import { PublishCommand } from "@aws-sdk/client-sns";
import {
  GetQueueUrlCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
} from "@aws-sdk/client-sqs";
import { type LocalStack, startLocalStack } from "../../local/local-stack";
import { describeWithLocalAws, INSTALL_TIMEOUT_MILLISECONDS } from "../support/local-aws";
import { Client } from "./client";
import { FunctionLog } from "./function-log";
import { Inbox } from "./inbox";
import type { Received } from "./received";
import { until } from "./until";

jest.setTimeout(60_000);

const AUTHORIZER = "local-sumu-authorizer-codeless";
const PUSHER = "local-sumu-pusher-codeless";
const PRESENCE = "local-sumu-presence";
const STACK = { stack: "local-sumu" };

/** The limit of the gateway in this test. It is half of the size that the pusher itself refuses. */
const PAYLOAD_BYTES = 64 * 1_024;

describeWithLocalAws("a failure ends in its dead-letter queue, and is seen:", () => {
  let stack: LocalStack;
  let letters: Inbox;
  let presenceLetters: Inbox;
  beforeAll(async () => {
    stack = await startLocalStack({ presenceSource: "topic", limits: { payloadBytes: PAYLOAD_BYTES } });
    letters = await inboxOf("local-sumu-integration-notifications-dlq");
    presenceLetters = await inboxOf("local-sumu-presence-dlq");
    // This replaces the twelve minutes after which a failed message is tried again.
    const QueueUrl = stack.info.notifications.queue.url;
    await stack.aws.sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { VisibilityTimeout: "1" } }));
  }, INSTALL_TIMEOUT_MILLISECONDS);
  afterAll(async () => {
    await Promise.all([letters?.stop(), presenceLetters?.stop()]);
    await stack?.stop();
  });

  async function inboxOf(QueueName: string): Promise<Inbox> {
    const { QueueUrl = "" } = await stack.aws.sqs.send(new GetQueueUrlCommand({ QueueName }));
    return new Inbox(stack.aws.sqs, QueueUrl);
  }

  const letter = (inbox: Inbox, isIt: (message: Received) => boolean): Promise<Received> =>
    until("the dead letter", () => inbox.messages.find(isIt), 30_000);

  const publish = (Message: string) =>
    stack.aws.sns.send(new PublishCommand({ TopicArn: stack.info.notifications.topic.arn, Message }));
  const send = (MessageBody: string) =>
    stack.aws.sqs.send(new SendMessageCommand({ QueueUrl: stack.info.notifications.queue.url, MessageBody }));

  it.each([
    ["topic", publish],
    ["queue", send],
  ] as const)("a malformed notification from the %s, at once, with its reason", async (way, notify) => {
    const log = await FunctionLog.open(stack.aws, PUSHER);
    const { MessageId } = await notify(`by ${way}: no JSON`);
    expect(await letter(letters, ({ body }) => body.startsWith(`by ${way}`))).toEqual({
      body: `by ${way}: no JSON`,
      attributes: { reason: ["String", "malformed"], detail: ["String", "the message is not JSON"] },
    });
    expect(await log.line("malformed")).toMatchObject({ level: "error", messageId: MessageId });
    expect(await log.line("pushed")).toMatchObject({ messages: 1, malformed: 1 });
    expect(await log.metric("Failed", 1)).toEqual([
      { namespace: "SUMU", name: "Failed", unit: "Count", dimensions: STACK, values: [1] },
    ]);
    expect((await log.text()).join()).not.toContain("no JSON");
  });

  it("data that no connection can take, for all of them at once, with its reason", async () => {
    const log = await FunctionLog.open(stack.aws, PUSHER);
    const notification = JSON.stringify({ data: `too large for all ${"x".repeat(128 * 1_024)}` });
    await send(notification);
    expect(await letter(letters, ({ body }) => body.includes("too large for all"))).toEqual({
      body: notification,
      attributes: { reason: ["String", "payload_too_large"] },
    });
    expect(await log.line("pushed")).toMatchObject({ messages: 1, deadLettered: 1 });
    expect(await log.metric("Failed", 1)).toMatchObject([{ dimensions: STACK, values: [1] }]);
  });

  it("what the gateway answers with 413, for that connection, with its reason", async () => {
    const log = await FunctionLog.open(stack.aws, PUSHER);
    const client = await Client.connect(stack.info.websocket_url, await stack.issuer.mint("alice"));
    client.send('{"action":"ping"}');
    const { connectionId } = JSON.parse((await client.received(1))[0] ?? "");
    const data = `too large for one ${"x".repeat(PAYLOAD_BYTES)}`;
    await send(JSON.stringify({ users: ["alice"], data }));
    const { body, attributes } = await letter(letters, (message) => message.body.includes("too large for one"));
    expect(attributes).toEqual({ reason: ["String", "payload_too_large"], sumu_continuation: ["String", "1"] });
    expect(JSON.parse(body)).toMatchObject({
      data,
      sumu_continuation: { reason: "payload_too_large", connections: [["alice", connectionId, expect.any(Number)]] },
    });
    expect(await log.line("pushed")).toMatchObject({ messages: 1, deadLettered: 1 });
    expect(await log.metric("Failed", 1)).toMatchObject([{ dimensions: STACK, values: [1] }]);
    await client.close();
  });

  it("an asynchronous invocation of the pusher that throws three times", async () => {
    const log = await FunctionLog.open(stack.aws, PUSHER);
    const Payload = JSON.stringify({ no: "event" });
    const event = { FunctionName: PUSHER, Qualifier: "latest", InvocationType: "Event", Payload } as const;
    await stack.aws.lambda.send(new InvokeCommand(event));
    const { body } = await letter(letters, (message) => message.body.includes("requestPayload"));
    expect(JSON.parse(body)).toMatchObject({
      requestContext: {
        condition: "RetriesExhausted",
        functionArn: `arn:aws:lambda:us-east-1:000000000000:function:${PUSHER}:latest`,
        approximateInvokeCount: 3,
      },
      requestPayload: { no: "event" },
      responsePayload: { errorMessage: expect.stringContaining("is not iterable") },
    });
    expect((await log.text()).filter((line) => line.startsWith("START"))).toHaveLength(3);
  });

  it("what the topic may not hand to the pusher, as the topic's envelope", async () => {
    const { lambda } = stack.aws;
    const target = { FunctionName: PUSHER, Qualifier: "latest" };
    const { Policy = "" } = await lambda.send(new GetPolicyCommand(target));
    const [{ Sid: StatementId, Action, Condition }] = JSON.parse(Policy).Statement;
    await lambda.send(new RemovePermissionCommand({ ...target, StatementId }));
    const notification = JSON.stringify({ users: ["alice"], data: "nobody may take it" });
    await publish(notification);
    const { body } = await letter(letters, (message) => message.body.includes("nobody may take it"));
    expect(JSON.parse(body)).toMatchObject({ TopicArn: stack.info.notifications.topic.arn, Message: notification });
    const SourceArn = Condition.ArnLike["AWS:SourceArn"];
    const permission = { ...target, StatementId, Action, Principal: "sns.amazonaws.com", SourceArn };
    await lambda.send(new AddPermissionCommand(permission));
  });

  it("a change of presence that no try can settle, at once, with its reason, and without the user in the log", async () => {
    const log = await FunctionLog.open(stack.aws, PRESENCE);
    const user = "eve of the row that is not the watchdog's";
    const Item = { user_id: { S: user }, status: { S: "AWAY" }, version: { N: "1" } };
    await stack.aws.dynamodb.send(new PutItemCommand({ TableName: stack.info.presence_table?.name, Item }));
    const client = await Client.connect(stack.info.websocket_url, await stack.issuer.mint(user));
    const { body, attributes } = await letter(presenceLetters, (message) => message.body.includes("eve"));
    expect(attributes).toEqual({ reason: ["String", "MALFORMED_ROW"] });
    expect(JSON.parse(body)).toEqual({ user_id: user, records: [expect.any(String)] });
    // The shard goes on: another user's change is published.
    const other = await Client.connect(stack.info.websocket_url, await stack.issuer.mint("dave"));
    expect(await log.metric("Online", 1)).toMatchObject([{ namespace: "SUMU", dimensions: STACK, values: [1] }]);
    expect((await log.text()).join()).not.toContain(user);
    await Promise.all([client.close(), other.close()]);
  });

  it("changes of presence that the watchdog cannot settle, and those after them are", async () => {
    const { lambda } = stack.aws;
    const alias = { FunctionName: PRESENCE, Name: "latest" };
    const { FunctionVersion: good } = await lambda.send(new GetAliasCommand(alias));
    await lambda.send(
      new UpdateFunctionConfigurationCommand({ FunctionName: PRESENCE, Environment: { Variables: {} } }),
    );
    const { Version: broken } = await lambda.send(new PublishVersionCommand({ FunctionName: PRESENCE }));
    await lambda.send(new UpdateAliasCommand({ ...alias, FunctionVersion: broken }));
    const EventSourceArn = stack.info.connections_table.stream_arn;
    const { EventSourceMappings: [mapping] = [] } = await lambda.send(
      new ListEventSourceMappingsCommand({ EventSourceArn }),
    );
    // Instead of the retries of 23 hours.
    const update = { UUID: mapping?.UUID, MaximumRetryAttempts: 2 };
    await lambda.send(new UpdateEventSourceMappingCommand(update));

    const client = await Client.connect(stack.info.websocket_url, await stack.issuer.mint("bob"));
    const { body } = await letter(presenceLetters, ({ body: text }) => text.includes("DDBStreamBatchInfo"));
    expect(JSON.parse(body)).toMatchObject({
      requestContext: {
        condition: "RetryAttemptsExhausted",
        functionArn: `arn:aws:lambda:us-east-1:000000000000:function:${PRESENCE}:latest`,
        approximateInvokeCount: 3,
      },
      responseContext: { statusCode: 200, functionError: "Unhandled" },
      DDBStreamBatchInfo: { batchSize: expect.any(Number), streamArn: EventSourceArn },
    });

    await lambda.send(new UpdateAliasCommand({ ...alias, FunctionVersion: good }));
    const log = await FunctionLog.open(stack.aws, PRESENCE);
    const other = await Client.connect(stack.info.websocket_url, await stack.issuer.mint("carol"));
    // A change of another user may have been in the same batch, and be settled now, too.
    const online = await log.metric("Online", 1);
    expect(online.at(-1)).toMatchObject({ namespace: "SUMU", dimensions: STACK, values: [1] });
    expect(await log.line("presence_settled")).toMatchObject({ level: "info", failed: 0 });
    await Promise.all([client.close(), other.close()]);
  });

  it("but a refused client only in the log and the metrics, by its reason, request and connection", async () => {
    const log = await FunctionLog.open(stack.aws, AUTHORIZER);
    await expect(Client.connect(stack.info.websocket_url, "no.token.at-all")).rejects.toThrow("403");
    expect(await log.line("authorization_decided")).toMatchObject({
      level: "info",
      decision: "deny",
      reason: "token_malformed",
      requestId: expect.any(String),
      apiRequestId: expect.any(String),
      connectionId: expect.any(String),
    });
    expect(await log.metric("Refused", 2)).toMatchObject([
      { dimensions: STACK, values: [1] },
      { dimensions: { ...STACK, reason: "token_malformed" }, values: [1] },
    ]);
  });

  it("a message that a backend receives five times and never deletes", async () => {
    const deadMessages = await inboxOf("local-sumu-integration-messages-dlq");
    const client = await Client.connect(stack.info.websocket_url, await stack.issuer.mint("alice"));
    client.send('{"action":"send","message":"indigestible"}');
    await client.received(1);
    const receive = new ReceiveMessageCommand({ QueueUrl: stack.info.messages.queue.url, VisibilityTimeout: 0 });
    const { body, attributes } = await until("the dead letter", async () => {
      await stack.aws.sqs.send(receive);
      return deadMessages.messages[0];
    });
    expect([body, attributes.user_id, attributes.source]).toEqual([
      "indigestible",
      ["String", "alice"],
      ["String", "apigw.route.send"],
    ]);
    await Promise.all([client.close(), deadMessages.stop()]);
  });
});
