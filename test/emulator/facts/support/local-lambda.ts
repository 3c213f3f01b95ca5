import { CreateLogGroupCommand, FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { CreateTableCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import {
  CreateAliasCommand,
  CreateEventSourceMappingCommand,
  type CreateEventSourceMappingRequest,
  CreateFunctionCommand,
  GetEventSourceMappingCommand,
  InvokeCommand,
} from "@aws-sdk/client-lambda";
import { CreateQueueCommand, ReceiveMessageCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { zipSync } from "fflate";
import { type AwsClients, createAwsClients, LOCAL_ACCOUNT_ID } from "../../../../local/backend/aws";
import { type AwsBackend, LOCAL_REGION } from "../../../../local/backend/ministack";
import { until } from "../../../e2e/until";
import { startLocalAws } from "../../../support/local-aws";

/**
 * Logs each event. A message from a queue says by itself what becomes of its batch when it comes for the first time: `{
 * throws: true }`, or `{ answer }`, in which "#1" is the id of the second message. A record of a stream says it by its
 * id.
 */
const HANDLER = `
export const handler = async (event, { awsRequestId }) => {
  if (event === "credentials") return process.env;
  console.log("EVENT " + JSON.stringify({ requestId: awsRequestId, records: event.Records }));
  const [{ body, attributes, Sns }] = event.Records;
  if (Sns !== undefined) throw new Error("asynchronous");
  if (body !== undefined) {
    const { throws, answer, delay = 0 } = JSON.parse(body);
    await new Promise((resolve) => setTimeout(resolve, delay));
    if (attributes.ApproximateReceiveCount !== "1") return { batchItemFailures: [] };
    if (throws) throw new Error("the first time");
    return JSON.parse(JSON.stringify(answer ?? {}).replace("#1", event.Records[1]?.messageId));
  }
  const ids = event.Records.map(({ dynamodb }) => dynamodb.Keys.id.S);
  if (ids.some((id) => id.startsWith("crash"))) throw new Error("crash");
  if (ids.some((id) => id.startsWith("malformed"))) return { batchItemFailures: "no list" };
  if (ids.some((id) => id.startsWith("nameless"))) return { batchItemFailures: [{ itemIdentifier: "" }] };
  const failed = event.Records.filter((_, index) => ids[index].startsWith("poison"));
  return { batchItemFailures: failed.map(({ dynamodb }) => ({ itemIdentifier: dynamodb.SequenceNumber })) };
};`;

const TRUST = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" }],
});

export const POLLING = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"];
const STREAM = ["dynamodb:DescribeStream", "dynamodb:GetShardIterator", "dynamodb:GetRecords"];
const LOGS = ["logs:CreateLogStream", "logs:PutLogEvents"];

export const allow = (Action: readonly string[], more: object = {}) => ({
  Effect: "Allow",
  Action,
  Resource: "*",
  ...more,
});

/** The rights of a role that may use every source and destination. */
export const EVERYTHING = [allow([...POLLING, ...STREAM, ...LOGS, "sqs:SendMessage"])];

/** One invocation of the handler. */
export interface Invocation {
  readonly requestId: string;
  // biome-ignore lint/suspicious/noExplicitAny: the records of three services
  readonly records: readonly any[];
}

/** Functions, queues and tables in the local AWS, which enforces IAM. */
export class LocalLambda {
  private made = 0;

  private constructor(
    private readonly backend: AwsBackend,
    readonly aws: AwsClients,
  ) {}

  static async start(): Promise<LocalLambda> {
    const backend = await startLocalAws({ enforces: true });
    return new LocalLambda(backend, createAwsClients(backend));
  }

  async stop(): Promise<void> {
    this.aws.destroy();
    await this.backend.stop();
  }

  /** A name that nothing else has. */
  name(kind: string): string {
    this.made += 1;
    return `${kind}-${this.made}`;
  }

  arn(service: string, resource: string): string {
    return `arn:aws:${service}:${LOCAL_REGION}:${LOCAL_ACCOUNT_ID}:${resource}`;
  }

  async allow(role: string, statements: readonly object[]): Promise<void> {
    const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: statements });
    await this.aws.query("iam", "PutRolePolicy", { RoleName: role, PolicyName: "rights", PolicyDocument });
  }

  /** A function, its alias `live`, its log group, and its role of the same name. */
  async function(statements: readonly object[] = EVERYTHING): Promise<string> {
    const name = this.name("function");
    await this.aws.query("iam", "CreateRole", { RoleName: name, AssumeRolePolicyDocument: TRUST });
    await this.allow(name, statements);
    await this.aws.logs.send(new CreateLogGroupCommand({ logGroupName: `/aws/lambda/${name}` }));
    const { Version } = await this.aws.lambda.send(
      new CreateFunctionCommand({
        FunctionName: name,
        Runtime: "nodejs24.x",
        Handler: "index.handler",
        Role: `arn:aws:iam::${LOCAL_ACCOUNT_ID}:role/${name}`,
        Code: { ZipFile: zipSync({ "index.mjs": Buffer.from(HANDLER) }) },
        Publish: true,
      }),
    );
    await this.aws.lambda.send(new CreateAliasCommand({ FunctionName: name, Name: "live", FunctionVersion: Version }));
    return name;
  }

  /** A client with the credentials that a function has. */
  async sqsOfFunction(FunctionName: string): Promise<SQSClient> {
    const Payload = JSON.stringify("credentials");
    const answer = await this.aws.lambda.send(new InvokeCommand({ FunctionName, Payload }));
    const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = JSON.parse(
      Buffer.from(answer.Payload ?? []).toString(),
    );
    const credentials = {
      accessKeyId: AWS_ACCESS_KEY_ID,
      secretAccessKey: AWS_SECRET_ACCESS_KEY,
      sessionToken: AWS_SESSION_TOKEN,
    };
    return new SQSClient({ region: LOCAL_REGION, endpoint: this.backend.endpoint, credentials });
  }

  async queue(Attributes: Record<string, string> = {}): Promise<{ readonly url: string; readonly arn: string }> {
    const QueueName = this.name("queue");
    const { QueueUrl = "" } = await this.aws.sqs.send(new CreateQueueCommand({ QueueName, Attributes }));
    return { url: QueueUrl, arn: this.arn("sqs", QueueName) };
  }

  /** A queue that topics may write to. */
  async queueOfTopics(): Promise<{ readonly url: string; readonly arn: string }> {
    const Statement = [
      { Effect: "Allow", Principal: { Service: "sns.amazonaws.com" }, Action: "sqs:SendMessage", Resource: "*" },
    ];
    return this.queue({ Policy: JSON.stringify({ Version: "2012-10-17", Statement }) });
  }

  async send(url: string, body: object | string): Promise<string> {
    const MessageBody = typeof body === "string" ? body : JSON.stringify(body);
    const { MessageId = "" } = await this.aws.sqs.send(new SendMessageCommand({ QueueUrl: url, MessageBody }));
    return MessageId;
  }

  /** The next message of a queue, as data. */
  async letter(url: string): Promise<Record<string, never>> {
    return until("a message", async () => {
      const { Messages: [message] = [] } = await this.aws.sqs.send(new ReceiveMessageCommand({ QueueUrl: url }));
      return message?.Body === undefined ? undefined : JSON.parse(message.Body);
    });
  }

  async table(): Promise<{ readonly name: string; readonly streamArn: string }> {
    const TableName = this.name("table");
    const { TableDescription } = await this.aws.dynamodb.send(
      new CreateTableCommand({
        TableName,
        BillingMode: "PAY_PER_REQUEST",
        AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
        KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
        StreamSpecification: { StreamEnabled: true, StreamViewType: "KEYS_ONLY" },
      }),
    );
    return { name: TableName, streamArn: TableDescription?.LatestStreamArn ?? "" };
  }

  async put(table: string, ...ids: readonly string[]): Promise<void> {
    for (const id of ids) {
      await this.aws.dynamodb.send(new PutItemCommand({ TableName: table, Item: { id: { S: id } } }));
    }
  }

  async map(
    FunctionName: string,
    EventSourceArn: string,
    more: Partial<CreateEventSourceMappingRequest> = {},
  ): Promise<string> {
    const request = new CreateEventSourceMappingCommand({ FunctionName, EventSourceArn, BatchSize: 10, ...more });
    const { UUID = "" } = await this.aws.lambda.send(request);
    return UUID;
  }

  async mapping(UUID: string): Promise<Record<string, unknown>> {
    const { $metadata: _, ...mapping } = await this.aws.lambda.send(new GetEventSourceMappingCommand({ UUID }));
    return mapping;
  }

  async invocations(name: string): Promise<readonly Invocation[]> {
    const { events = [] } = await this.aws.logs.send(
      new FilterLogEventsCommand({ logGroupName: `/aws/lambda/${name}` }),
    );
    return events.flatMap(({ message = "" }) => {
      const found = /EVENT (\{.*\})/.exec(message)?.[1];
      return found === undefined ? [] : [JSON.parse(found) as Invocation];
    });
  }

  /** Waits for so many invocations. */
  async invoked(name: string, count: number): Promise<readonly Invocation[]> {
    return until(`${count} invocations`, async () => {
      const found = await this.invocations(name);
      return found.length >= count && found;
    });
  }
}
