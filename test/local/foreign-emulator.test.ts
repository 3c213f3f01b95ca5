import { DescribeLogGroupsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { ListEventSourceMappingsCommand, ListFunctionsCommand } from "@aws-sdk/client-lambda";
import { CreateTopicCommand, ListSubscriptionsCommand, ListTopicsCommand, SubscribeCommand } from "@aws-sdk/client-sns";
import { CreateQueueCommand, ListQueuesCommand, ReceiveMessageCommand, SendMessageCommand } from "@aws-sdk/client-sqs";
import { type AwsClients, createAwsClients } from "../../local/backend/aws";
import { type AwsBackend, isHealthy } from "../../local/backend/ministack";
import { Client } from "../e2e/client";
import { until } from "../e2e/until";
import { describeWithLocalAws, INSTALL_TIMEOUT_MILLISECONDS, startForeignMiniStack } from "../support/local-aws";
import { NpmStart, pageAuthorization } from "../support/npm-start";
import { findProcesses } from "../support/processes";

jest.setTimeout(INSTALL_TIMEOUT_MILLISECONDS);

describeWithLocalAws("npm start -- --aws-endpoint", () => {
  let backend: AwsBackend;
  let aws: AwsClients;
  let run: NpmStart | undefined;

  beforeAll(async () => {
    backend = await startForeignMiniStack();
    aws = createAwsClients(backend);
  });
  afterEach(async () => {
    await run?.clear();
    run = undefined;
  });
  afterAll(async () => {
    aws?.destroy();
    await backend?.stop();
  });

  /** The names of everything that a SUMU could have in the emulator. */
  async function inventory(): Promise<readonly (string | undefined)[]> {
    const [tables, queues, topics, subscriptions, functions, mappings, logGroups] = await Promise.all([
      aws.dynamodb.send(new ListTablesCommand({})),
      aws.sqs.send(new ListQueuesCommand({})),
      aws.sns.send(new ListTopicsCommand({})),
      aws.sns.send(new ListSubscriptionsCommand({})),
      aws.lambda.send(new ListFunctionsCommand({})),
      aws.lambda.send(new ListEventSourceMappingsCommand({})),
      aws.logs.send(new DescribeLogGroupsCommand({})),
    ]);
    return [
      ...(tables.TableNames ?? []),
      ...(queues.QueueUrls ?? []),
      ...(topics.Topics ?? []).map(({ TopicArn }) => TopicArn),
      ...(subscriptions.Subscriptions ?? []).map(({ SubscriptionArn }) => SubscriptionArn),
      ...(functions.Functions ?? []).map(({ FunctionArn }) => FunctionArn),
      ...(mappings.EventSourceMappings ?? []).map(({ UUID }) => UUID),
      ...(logGroups.logGroups ?? []).map(({ logGroupName }) => logGroupName),
    ].sort();
  }

  it("runs in a MiniStack of somebody else's, and with Ctrl-C takes what it created away again and nothing more", async () => {
    const { QueueUrl = "" } = await aws.sqs.send(new CreateQueueCommand({ QueueName: "theirs" }));
    const { TopicArn = "" } = await aws.sns.send(new CreateTopicCommand({ Name: "theirs" }));
    const Endpoint = "arn:aws:sqs:us-east-1:000000000000:theirs";
    await aws.sns.send(new SubscribeCommand({ TopicArn, Protocol: "sqs", Endpoint }));
    await aws.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "mine" }));
    const before = await inventory();

    run = await NpmStart.run("--aws-endpoint", backend.endpoint, "--presence-source", "queue");
    const { stack } = run;
    expect(stack.aws_endpoint_url).toBe(backend.endpoint);
    // A page that is open has a queue and a subscription of its own.
    const page = await fetch(new URL("/events", stack.page_url), { headers: pageAuthorization(stack) });
    const alice = await Client.connect(stack.websocket_url, stack.tokens.alice);
    alice.send('{"action":"send","message":"hello backend"}');
    await alice.received(1);
    const notification = JSON.stringify({ users: ["alice"], data: "hello alice" });
    await aws.sqs.send(new SendMessageCommand({ QueueUrl: stack.notifications.queue.url, MessageBody: notification }));
    expect(await alice.received(2)).toEqual([expect.stringContaining('"type":"ack"'), '"hello alice"']);
    expect((await inventory()).length).toBeGreaterThan(before.length + 20);

    await run.interrupt();
    await expect(page.text()).rejects.toThrow("terminated");
    await until("everything of it to go", async () => (await inventory()).length === before.length);
    expect(await inventory()).toEqual(before);
    expect(run.complaints).toEqual([]);
    expect(await isHealthy(backend.endpoint)).toBe(true);
    const { Messages } = await aws.sqs.send(new ReceiveMessageCommand({ QueueUrl }));
    expect(Messages?.map(({ Body }) => Body)).toEqual(["mine"]);
  });

  it("says what stays when the MiniStack cannot be reached at the end", async () => {
    run = await NpmStart.run("--aws-endpoint", backend.endpoint, "--presence-source", "none");
    await backend.stop();
    await run.interrupt();
    expect(run.process.exitCode).toBe(1);
    expect(run.complaints).toEqual([
      `the MiniStack at ${backend.endpoint} does not answer: what SUMU created there, named local-sumu-*, could not be removed`,
    ]);
    await until("its processes to go", async () => (await findProcesses(run?.folder ?? "")).length === 0);
  });
});
