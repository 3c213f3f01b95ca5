import { DynamodbTable } from "@cdktf/provider-aws/lib/dynamodb-table";
import { LambdaEventSourceMapping } from "@cdktf/provider-aws/lib/lambda-event-source-mapping";
import type { IResolvable } from "cdktf";
import { Construct } from "constructs";
import type { AwsAccount } from "../aws/aws-account";
import { type ConnectionStore, FOLLOW_STREAM } from "../connections/connection-store";
import { PRESENCE_ENVIRONMENT } from "../contract/presence-handler";
import { PRESENCE } from "../contract/tables";
import { type Encryption, KEY_IS_AN_INPUT, SEND_WITH_KEY, WRITE_TABLE_WITH_KEY } from "../encryption/encryption";
import type { WebSocketApi } from "../gateway/web-socket-api";
import type { VpcConfig } from "../inputs/guardrails";
import { deadLetterQueue } from "../integration/dead-letter-queue";
import type { Integration } from "../integration/integration";
import { queuePolicy } from "../integration/queue-policy";
import { HandlerFunction } from "../lambda/handler-function";
import { NAME_SUFFIXES, physicalName } from "../names";
import type { Observation } from "../observability/observation";
import type { Queue } from "../outlets";
import { acceptFinding } from "../terraform/accepted-finding";
import { attributeOf } from "../terraform/attribute";
import { conditionOf, type Existence, existsWhenGiven } from "../terraform/existence";
import type { Given } from "../terraform/field";
import { orElse } from "../terraform/or-else";
import { text } from "../terraform/text";
import { grantConnectionLimit } from "./connection-limit";
import { PresenceGrace } from "./presence-grace";
import { graceExistence } from "./presence-source";

export interface PresenceWatchdogProps {
  readonly account: AwsAccount;
  readonly prefix: string;
  readonly webSocketApi: WebSocketApi;
  readonly connections: ConnectionStore;
  readonly integration: Integration;
  /** `topic` or `queue`. */
  readonly presenceSource: string;
  readonly presenceGraceSeconds: number;
  /** The queue that is told of connections that are gone, if there are channels. */
  readonly channels?: { readonly controlQueue: Pick<Queue, "arn" | "url">; readonly existence: Existence };
  /** How many connections a user may keep. @default - any number */
  readonly maxConnectionsPerUser?: number;
  /** The endpoint for closing connections, or undefined for the stage's own URL. */
  readonly apigwEndpoint?: string;
  readonly logRetentionDays: number;
  readonly observation: Observation;
  readonly vpcConfig?: Given<VpcConfig>;
  readonly encryption: Encryption;
  readonly deletionProtection: boolean | IResolvable;
  readonly architecture: string;
  readonly presenceMemoryMb: number;
  /** @default - the watchdog always exists */
  readonly count?: number;
}

/** How many stream records one invocation gets. */
const BATCH_SIZE = 100;

/**
 * Unlimited retries: the watchdog asks for a retry only if a retry can succeed (a service is down, a right is missing).
 * A fixed number of retries would be used up sooner when they fail fast, so an outage of minutes would lose events. If
 * no retry can succeed, the watchdog itself sends the record to the dead-letter queue at once, because a failed record
 * blocks all records behind it in the stream.
 */
const RETRY_ATTEMPTS = -1;
/** A stream deletes its records after 24 h; before that, they go to the dead-letter queue. */
const RECORD_AGE_SECONDS = 23 * 3_600;

/**
 * Sends the backend ONLINE and OFFLINE events. It reads the stream of the connections table, keeps each user's state in
 * its own table, and sends an event when a state has changed. With a limit, it also closes the oldest connections of a
 * user who has too many. With channels, it also tells the control queue of connections that are gone. If presence goes
 * nowhere, the watchdog exists only for the limit or the channels, and its table stays empty.
 */
export class PresenceWatchdog extends Construct {
  /** The function that reads the stream of the connections table. */
  readonly handler: HandlerFunction;
  /** The users' states, public to read: `user_id`, `status`, `version`, `changed_at`. */
  readonly table: DynamodbTable;

  constructor(scope: Construct, id: string, props: PresenceWatchdogProps) {
    super(scope, id);
    const { account, prefix, webSocketApi, connections, integration, presenceSource, encryption, count, channels } =
      props;
    const { messagesTopic: topic, messagesQueue: queue } = integration;

    this.table = new DynamodbTable(this, "presence_table", {
      count,
      name: physicalName(prefix, NAME_SUFFIXES.presence),
      billingMode: "PAY_PER_REQUEST",
      hashKey: PRESENCE.userId,
      attribute: [{ name: PRESENCE.userId, type: "S" }],
      pointInTimeRecovery: { enabled: true },
      serverSideEncryption: encryption.tableArguments,
      deletionProtectionEnabled: props.deletionProtection,
    });
    acceptFinding(this.table, "CKV_AWS_119", KEY_IS_AN_INPUT);
    const dlqName = physicalName(prefix, NAME_SUFFIXES.presenceDlq);
    const dlq = deadLetterQueue(this, "presence_dlq", { count, encryption, name: dlqName });
    queuePolicy(this, "presence_dlq", dlq);

    const whenGrace = graceExistence(presenceSource, props.presenceGraceSeconds);
    const grace = whenGrace.exists
      ? new PresenceGrace(this, "presence_grace", { prefix, encryption, count: whenGrace.count })
      : undefined;

    const limit = existsWhenGiven(props.maxConnectionsPerUser);
    const whenLimited = conditionOf(limit);
    this.handler = new HandlerFunction(this, "presence", {
      account,
      count,
      handler: "presence",
      instanceId: webSocketApi.apiId,
      prefix,
      description: "Tells the backend when a user comes online or goes offline.",
      timeoutSeconds: 60,
      memoryMegabytes: props.presenceMemoryMb,
      architecture: props.architecture,
      encryption,
      environment: {
        [PRESENCE_ENVIRONMENT.connectionsTable]: connections.tableName,
        [PRESENCE_ENVIRONMENT.presenceTable]: attributeOf(this.table, "name"),
        [PRESENCE_ENVIRONMENT.topicArn]: topic.arn,
        [PRESENCE_ENVIRONMENT.queueUrl]: queue.url,
        [PRESENCE_ENVIRONMENT.source]: presenceSource,
        [PRESENCE_ENVIRONMENT.graceSeconds]: text(props.presenceGraceSeconds),
        [PRESENCE_ENVIRONMENT.graceQueueUrl]: grace?.urlOrEmpty ?? "",
        [PRESENCE_ENVIRONMENT.deadLetterQueueUrl]: attributeOf(dlq, "url"),
      },
      optionalEnvironment: [
        {
          name: PRESENCE_ENVIRONMENT.maxConnectionsPerUser,
          value: text(props.maxConnectionsPerUser ?? 0),
          when: whenLimited,
        },
        {
          name: PRESENCE_ENVIRONMENT.endpoint,
          value: orElse(props.apigwEndpoint, webSocketApi.stageUrl),
          when: whenLimited,
        },
        ...(channels === undefined
          ? []
          : [
              {
                name: PRESENCE_ENVIRONMENT.controlQueueUrl,
                value: channels.controlQueue.url,
                when: conditionOf(channels.existence),
              },
            ]),
      ],
      furtherRights: channels && [
        {
          name: "channels",
          existence: channels.existence,
          statements: [
            { sid: "CleanUpChannels", actions: ["sqs:SendMessage"], resources: [channels.controlQueue.arn] },
          ],
        },
      ],
      statements: [
        {
          sid: "FollowConnections",
          actions: FOLLOW_STREAM,
          resources: [connections.streamArn],
        },
        { sid: "CountConnections", actions: ["dynamodb:Query"], resources: [connections.tableArn] },
        {
          sid: "KeepStates",
          actions: ["dynamodb:GetItem", "dynamodb:UpdateItem"],
          resources: [attributeOf(this.table, "arn")],
        },
        // Both rights, although presence goes to only one target. After a switch of the source, the old version runs
        // until the alias moves. Without its right, its events would fail.
        { sid: "PublishEvents", actions: ["sns:Publish"], resources: [topic.arn] },
        { sid: "SendEvents", actions: ["sqs:SendMessage"], resources: [queue.arn] },
        { sid: "GiveUp", actions: ["sqs:SendMessage"], resources: [attributeOf(dlq, "arn")] },
      ],
      keyUses: [
        { sid: "UseKeyOfTables", actions: WRITE_TABLE_WITH_KEY, via: ["dynamodb"] },
        { sid: "UseKeyOfMessages", actions: SEND_WITH_KEY, via: ["sqs", "sns"] },
      ],
      logRetentionDays: props.logRetentionDays,
      observation: props.observation,
      vpcConfig: props.vpcConfig,
    });
    grace?.connect(this.handler);
    grantConnectionLimit(this, "limit", { watchdog: this.handler, webSocketApi, connections, existence: limit });

    new LambdaEventSourceMapping(this, "presence_stream", {
      count,
      eventSourceArn: connections.streamArn,
      functionName: this.handler.aliasArn,
      // Not LATEST: it would miss a connection that opens while AWS creates the mapping. A replay does no harm, because
      // records lead to states.
      startingPosition: "TRIM_HORIZON",
      batchSize: BATCH_SIZE,
      parallelizationFactor: 4,
      bisectBatchOnFunctionError: true,
      maximumRetryAttempts: RETRY_ATTEMPTS,
      maximumRecordAgeInSeconds: RECORD_AGE_SECONDS,
      functionResponseTypes: ["ReportBatchItemFailures"],
      destinationConfig: { onFailure: { destinationArn: attributeOf(dlq, "arn") } },
    });
  }
}
