import { CreateLogStreamCommand, DeleteLogGroupCommand, PutLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { DeleteTableCommand, UpdateTableCommand, UpdateTimeToLiveCommand } from "@aws-sdk/client-dynamodb";
import {
  CreateAliasCommand,
  DeleteAliasCommand,
  DeleteFunctionConcurrencyCommand,
  GetFunctionConfigurationCommand,
  ListEventSourceMappingsCommand,
  PublishVersionCommand,
  PutFunctionConcurrencyCommand,
  UpdateAliasCommand,
  UpdateEventSourceMappingCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
} from "@aws-sdk/client-lambda";
import { DeleteTopicCommand, ListSubscriptionsByTopicCommand, UnsubscribeCommand } from "@aws-sdk/client-sns";
import {
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  PurgeQueueCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
} from "@aws-sdk/client-sqs";
import { strToU8, zipSync } from "fflate";
import type { LocalStack } from "../../local/local-stack";
import type { Target } from "../../tool/src/target";

/** A way to break what a check looks at. */
export interface Break {
  /** @returns how to repair it. Without it, nothing may need it afterwards */
  run(stack: LocalStack): Promise<(() => Promise<unknown>) | undefined>;
  /** Looks elsewhere instead: something that does not exist. */
  readonly target?: Partial<Target>;
  readonly detail: string;
}

const AUTHORIZER = "local-sumu-authorizer-codeless";
const PUSHER = "local-sumu-pusher-codeless";
const PRESENCE = "local-sumu-presence";
const MESSAGES = "local-sumu-integration-messages";
const NOTIFICATIONS = "local-sumu-integration-notifications";
const CONTROL = "local-sumu-control";
const CONNECTIONS = "local-sumu-connections";
const HISTORY = "local-sumu-history";
const REVOCATIONS = "local-sumu-revocations";
const SUBSCRIPTIONS = "local-sumu-subscriptions";
const GRACE = "local-sumu-presence-grace";
const ALIAS = "latest";

const nothing = async () => undefined;

async function urlOf({ aws }: LocalStack, QueueName: string): Promise<string> {
  return (await aws.sqs.send(new GetQueueUrlCommand({ QueueName }))).QueueUrl ?? "";
}

/** Releases what is in `$LATEST` now, and gives the way back to the first release. */
async function release({ aws: { lambda } }: LocalStack, FunctionName: string) {
  const { Version: FunctionVersion } = await lambda.send(new PublishVersionCommand({ FunctionName }));
  await lambda.send(new UpdateAliasCommand({ FunctionName, Name: ALIAS, FunctionVersion }));
  return () => lambda.send(new UpdateAliasCommand({ FunctionName, Name: ALIAS, FunctionVersion: "1" }));
}

/** Releases a function that does not know the question for its version. */
const withOldCode =
  (FunctionName: string): Break["run"] =>
  async (stack) => {
    const ZipFile = zipSync({ "index.mjs": strToU8("export const handler = async () => ({});") });
    await stack.aws.lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile }));
    return release(stack, FunctionName);
  };

/** A queue keeps its messages until they are four days old. */
const withoutRedrive =
  (name: string): Break["run"] =>
  async (stack) => {
    const { sqs } = stack.aws;
    const QueueUrl = await urlOf(stack, name);
    const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["All"] }));
    const set = (RedrivePolicy: string) =>
      sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { RedrivePolicy } }));
    await set("");
    return () => set(Attributes?.RedrivePolicy ?? "");
  };

/** Deletes the rows of a table by another attribute, or by none. */
const withTimeToLive =
  (TableName: string, AttributeName?: string): Break["run"] =>
  async ({ aws: { dynamodb } }) => {
    const set = (name: string, Enabled: boolean) => {
      const TimeToLiveSpecification = { Enabled, AttributeName: name };
      return dynamodb.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification }));
    };
    await set("delete_at", false);
    if (AttributeName !== undefined) await set(AttributeName, true);
    return async () => {
      if (AttributeName !== undefined) await set(AttributeName, false);
      await set("delete_at", true);
    };
  };

const withoutLiveRows = (table: string): string => `DynamoDB does not delete old rows of ${table} by delete_at`;

const withVariable =
  (FunctionName: string, name: string, value: string): Break["run"] =>
  async (stack) => {
    const { lambda } = stack.aws;
    const { Environment } = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName, Qualifier: ALIAS }));
    const Variables = { ...Environment?.Variables, [name]: value };
    await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, Environment: { Variables } }));
    return release(stack, FunctionName);
  };

const withoutSource =
  (name: string): Break["run"] =>
  async ({ aws: { lambda } }) => {
    const { EventSourceMappings = [] } = await lambda.send(
      new ListEventSourceMappingsCommand({ FunctionName: `${name}:${ALIAS}` }),
    );
    const set = (Enabled: boolean) =>
      Promise.all(
        EventSourceMappings.map(({ UUID }) => lambda.send(new UpdateEventSourceMappingCommand({ UUID, Enabled }))),
      );
    await set(false);
    return () => set(true);
  };

/** Puts 1,001 messages into a queue, and no others are in it: frames of other tests may wait there. */
async function fill(stack: LocalStack, name: string): Promise<() => Promise<unknown>> {
  const { sqs } = stack.aws;
  const QueueUrl = await urlOf(stack, name);
  await sqs.send(new PurgeQueueCommand({ QueueUrl }));
  const Entries = Array.from({ length: 10 }, (_, index) => ({ Id: String(index), MessageBody: "waits" }));
  for (let batch = 0; batch < 100; batch++) await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "waits" }));
  return () => sqs.send(new PurgeQueueCommand({ QueueUrl }));
}

/** Fills a queue that nothing empties: its event source mapping is disabled meanwhile. */
const fillWithoutSource =
  (functionName: string, queueName: string): Break["run"] =>
  async (stack) => {
    const repair = await withoutSource(functionName)(stack);
    const empty = await fill(stack, queueName);
    return async () => {
      await empty();
      await repair?.();
    };
  };

/** For each check of `doctor` what breaks it, and what it then says. The last ones are not repaired. */
export const BREAKS: Readonly<Record<string, Break | readonly Break[]>> = {
  functions: {
    run: nothing,
    target: { prefix: "other" },
    detail: "there is no authorizer function; there is no pusher function",
  },
  "release-alias": {
    run: async ({ aws: { lambda } }) => {
      const alias = { FunctionName: PRESENCE, Name: ALIAS };
      await lambda.send(new DeleteAliasCommand(alias));
      return () => lambda.send(new CreateAliasCommand({ ...alias, FunctionVersion: "1" }));
    },
    detail: `${PRESENCE} has no alias latest`,
  },
  concurrency: {
    run: async ({ aws: { lambda } }) => {
      const FunctionName = PRESENCE;
      await lambda.send(new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: 0 }));
      return () => lambda.send(new DeleteFunctionConcurrencyCommand({ FunctionName }));
    },
    detail: `${PRESENCE} has the reserved concurrency 0`,
  },
  contract: [
    { run: withOldCode(PUSHER), detail: `${PUSHER} speaks version 1, the stack needs 4` },
    { run: withOldCode(CONTROL), detail: `${CONTROL} speaks version 1, the stack needs 4` },
  ],
  "authorizer-settings": {
    run: withVariable(AUTHORIZER, "JWT_VERIFY_EXPIRATION", "maybe"),
    detail: "JWT_VERIFY_EXPIRATION must be true or false",
  },
  "issuer-keys": {
    run: withVariable(AUTHORIZER, "JWT_ISSUER_JWKS_URI", "http://127.0.0.1:1/keys"),
    detail: "http://127.0.0.1:1 gives no keys: unreachable",
  },
  "pusher-settings": {
    run: withVariable(PUSHER, "CONNECTIONS_TABLE_NAME", "another"),
    detail: `CONNECTIONS_TABLE_NAME of ${PUSHER} does not name local-sumu-connections`,
  },
  "control-settings": [
    {
      run: withVariable(CONTROL, "NOTIFICATIONS_QUEUE_URL", "http://127.0.0.1:1/another"),
      detail: `NOTIFICATIONS_QUEUE_URL of ${CONTROL} does not name ${NOTIFICATIONS}`,
    },
    {
      run: withVariable(CONTROL, "HISTORY_TABLE_NAME", "another"),
      detail: `HISTORY_TABLE_NAME of ${CONTROL} is not that of ${PUSHER}`,
    },
  ],
  gateway: {
    run: nothing,
    target: { websocketUrl: "ws://127.0.0.1:1/dev" },
    detail: "ws://127.0.0.1:1 does not answer (ECONNREFUSED)",
  },
  queues: {
    run: nothing,
    target: { prefix: "other" },
    detail: "there is no queue other-sumu-integration-notifications; there is no queue other-sumu-integration-messages",
  },
  "dead-letter-queues": [MESSAGES, CONTROL, GRACE].map((name) => ({
    run: withoutRedrive(name),
    detail: `${name} has no redrive policy to ${name}-dlq`,
  })),
  "notifications-waiting": {
    run: fillWithoutSource(PUSHER, NOTIFICATIONS),
    detail: `1001 messages wait in ${NOTIFICATIONS}`,
  },
  "messages-waiting": {
    run: (stack) => fill(stack, MESSAGES),
    detail: `1001 messages wait in ${MESSAGES}`,
  },
  "control-waiting": {
    run: fillWithoutSource(CONTROL, CONTROL),
    detail: `1001 messages wait in ${CONTROL}`,
  },
  "dead-letters": {
    run: async (stack) => {
      const QueueUrl = await urlOf(stack, "local-sumu-control-dlq");
      await stack.aws.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "a frame" }));
      return () => stack.aws.sqs.send(new PurgeQueueCommand({ QueueUrl }));
    },
    detail: "local-sumu-control-dlq has 1",
  },
  "time-to-live": [
    ...[CONNECTIONS, HISTORY, REVOCATIONS, SUBSCRIPTIONS].map((table) => ({
      run: withTimeToLive(table),
      detail: withoutLiveRows(table),
    })),
    { run: withTimeToLive(HISTORY, "created_at"), detail: withoutLiveRows(HISTORY) },
  ],
  "subscriptions-index": {
    run: async ({ aws: { dynamodb } }) => {
      await dynamodb.send(
        new UpdateTableCommand({
          TableName: SUBSCRIPTIONS,
          GlobalSecondaryIndexUpdates: [{ Delete: { IndexName: "by_connection" } }],
        }),
      );
      return undefined;
    },
    detail: `the table ${SUBSCRIPTIONS} has no index by_connection`,
  },
  "pusher-source": {
    run: withoutSource(PUSHER),
    detail: `the mapping of ${NOTIFICATIONS} to ${PUSHER} is Disabled`,
  },
  "presence-source": {
    run: withoutSource(PRESENCE),
    detail: `the mapping of ${CONNECTIONS} to ${PRESENCE} is Disabled`,
  },
  "control-source": {
    run: withoutSource(CONTROL),
    detail: `the mapping of ${CONTROL} to ${CONTROL} is Disabled`,
  },
  "grace-source": {
    run: withoutSource(PRESENCE),
    detail: `the mapping of ${GRACE} to ${PRESENCE} is Disabled`,
  },
  "recent-errors": {
    run: async ({ aws: { logs } }) => {
      const stream = { logGroupName: `/sumu/${PUSHER}`, logStreamName: "a-broken-invocation" };
      await logs.send(new CreateLogStreamCommand(stream));
      const message = JSON.stringify({ level: "error", code: "send_failed" });
      await logs.send(new PutLogEventsCommand({ ...stream, logEvents: [{ timestamp: Date.now(), message }] }));
      return undefined;
    },
    detail: `${PUSHER} send_failed, once`,
  },
  stream: {
    run: async ({ aws: { dynamodb } }) => {
      const StreamSpecification = { StreamEnabled: false };
      await dynamodb.send(new UpdateTableCommand({ TableName: "local-sumu-connections", StreamSpecification }));
      return undefined;
    },
    detail: "the table local-sumu-connections has no stream",
  },
  tables: {
    run: async ({ aws: { dynamodb } }) => {
      await dynamodb.send(new DeleteTableCommand({ TableName: "local-sumu-presence" }));
      return undefined;
    },
    detail: `there is no table local-sumu-presence, which ${PRESENCE} uses`,
  },
  "notifications-topic": {
    run: async ({ aws: { sns }, info }) => {
      const TopicArn = info.notifications.topic.arn;
      const { Subscriptions = [] } = await sns.send(new ListSubscriptionsByTopicCommand({ TopicArn }));
      for (const { SubscriptionArn } of Subscriptions) await sns.send(new UnsubscribeCommand({ SubscriptionArn }));
      return undefined;
    },
    detail: `${PUSHER} does not subscribe to the topic ${NOTIFICATIONS}`,
  },
  "messages-topic": {
    run: async ({ aws: { sns }, info }) => {
      await sns.send(new DeleteTopicCommand({ TopicArn: info.messages.topic.arn }));
      return undefined;
    },
    detail: `there is no topic ${MESSAGES}`,
  },
  "log-groups": {
    run: async ({ aws: { logs } }) => {
      await logs.send(new DeleteLogGroupCommand({ logGroupName: "local-sumu-gw-access" }));
      return undefined;
    },
    detail: "there is no log group local-sumu-gw-access",
  },
};
