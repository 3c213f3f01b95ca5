import { LambdaEventSourceMapping } from "@cdktf/provider-aws/lib/lambda-event-source-mapping";
import { LambdaFunctionEventInvokeConfig } from "@cdktf/provider-aws/lib/lambda-function-event-invoke-config";
import { LambdaPermission } from "@cdktf/provider-aws/lib/lambda-permission";
import { SnsTopicSubscription } from "@cdktf/provider-aws/lib/sns-topic-subscription";
import { conditional, Fn, Op, Token } from "cdktf";
import { Construct } from "constructs";
import type { AwsAccount } from "../aws/aws-account";
import type { SubscriptionStore } from "../channels/subscription-store";
import type { ConnectionStore } from "../connections/connection-store";
import { PUSHER_ENVIRONMENT } from "../contract/pusher-handler";
import { type Encryption, SEND_WITH_KEY, WRITE_TABLE_WITH_KEY } from "../encryption/encryption";
import type { WebSocketApi } from "../gateway/web-socket-api";
import type { HistoryStore } from "../history/history-store";
import type { VpcConfig } from "../inputs/guardrails";
import type { Integration } from "../integration/integration";
import { HandlerFunction } from "../lambda/handler-function";
import { NAME_SUFFIXES, physicalName } from "../names";
import type { Observation } from "../observability/observation";
import type { RevocationStore } from "../revocations/revocation-store";
import type { Existence } from "../terraform/existence";
import type { Given } from "../terraform/field";
import { orElse } from "../terraform/or-else";
import { text } from "../terraform/text";
import { whenKnown } from "../terraform/when-known";

export interface PusherProps {
  readonly account: AwsAccount;
  readonly prefix: string;
  readonly webSocketApi: WebSocketApi;
  /** The endpoint for posts, or undefined for the stage's own URL. */
  readonly apigwEndpoint?: string;
  readonly connections: ConnectionStore;
  readonly integration: Integration;
  /** Undefined if a literal says that tokens are not revoked. */
  readonly revocations?: RevocationStore;
  /** Undefined if a literal says that no history is kept. */
  readonly history?: HistoryStore;
  /** Undefined if there are no channels. */
  readonly subscriptions?: SubscriptionStore;
  readonly deliveryConcurrency: number;
  readonly readConcurrency: number;
  readonly broadcastSegments: number;
  readonly logRetentionDays: number;
  readonly encryption: Encryption;
  readonly architecture: string;
  readonly pusherMemoryMb: number;
  readonly pusherTimeoutSeconds: number;
  readonly pusherBatchSize: number;
  readonly pusherMaximumConcurrency?: number;
  readonly pusherReservedConcurrency?: number;
  readonly observation: Observation;
  readonly vpcConfig?: Given<VpcConfig>;
  /** When a delivery pipeline releases the handler's code. */
  readonly delivery: Existence;
}

/** Delivers notifications from the queue and the topic to the sockets of the named users, or to all sockets. */
export class Pusher extends Construct {
  /** The function that the notifications topic and queue invoke. */
  readonly handler: HandlerFunction;

  constructor(scope: Construct, id: string, props: PusherProps) {
    super(scope, id);
    const { account, prefix, webSocketApi, connections, integration, revocations, history, subscriptions } = props;
    const { notificationsQueue: queue, notificationsTopic: topic } = integration;

    this.handler = new HandlerFunction(this, "pusher", {
      account,
      handler: "pusher",
      instanceId: webSocketApi.apiId,
      prefix,
      description: "Delivers notifications to the sockets of users.",
      timeoutSeconds: props.pusherTimeoutSeconds,
      memoryMegabytes: props.pusherMemoryMb,
      reservedConcurrency: props.pusherReservedConcurrency,
      architecture: props.architecture,
      encryption: props.encryption,
      environment: {
        [PUSHER_ENVIRONMENT.endpoint]: orElse(props.apigwEndpoint, webSocketApi.stageUrl),
        [PUSHER_ENVIRONMENT.connectionsTable]: connections.tableName,
        [PUSHER_ENVIRONMENT.queueUrl]: queue.url,
        [PUSHER_ENVIRONMENT.deadLetterQueueUrl]: queue.dlqUrl,
        [PUSHER_ENVIRONMENT.deliveryConcurrency]: text(props.deliveryConcurrency),
        [PUSHER_ENVIRONMENT.readConcurrency]: text(props.readConcurrency),
        [PUSHER_ENVIRONMENT.broadcastSegments]: text(props.broadcastSegments),
      },
      optionalEnvironment: [
        ...(revocations?.environment(PUSHER_ENVIRONMENT.revocationsTable) ?? []),
        ...(history?.settings ?? []),
        ...(subscriptions?.environment(PUSHER_ENVIRONMENT.subscriptionsTable) ?? []),
      ],
      furtherRights: [revocations?.writeRights, history?.writeRights, subscriptions?.deliveryRights].filter(
        (rights) => rights !== undefined,
      ),
      statements: [
        {
          sid: "FindConnections",
          actions: ["dynamodb:Query", "dynamodb:Scan", "dynamodb:DeleteItem"],
          resources: [connections.tableArn],
        },
        {
          sid: "PostToConnections",
          actions: ["execute-api:ManageConnections"],
          resources: [`${webSocketApi.stageExecutionArn}/POST/@connections/*`],
        },
        {
          sid: "CloseSlowConsumers",
          actions: ["execute-api:ManageConnections"],
          resources: [`${webSocketApi.stageExecutionArn}/DELETE/@connections/*`],
        },
        {
          sid: "TakeNotificationsAndContinueThem",
          actions: ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:SendMessage"],
          resources: [queue.arn],
        },
        { sid: "GiveUp", actions: ["sqs:SendMessage"], resources: [queue.dlqArn] },
      ],
      keyUses: [
        { sid: "UseKeyOfTables", actions: WRITE_TABLE_WITH_KEY, via: ["dynamodb"] },
        { sid: "UseKeyOfMessages", actions: SEND_WITH_KEY, via: ["sqs"] },
      ],
      logRetentionDays: props.logRetentionDays,
      observation: props.observation,
      vpcConfig: props.vpcConfig,
      released: { name: physicalName(prefix, NAME_SUFFIXES.pusherReleased), existence: props.delivery },
    });
    // The new function's triggers are created before the old function's are removed, so no notification is lost in between.
    const lifecycle = { createBeforeDestroy: true };

    const mapping = new LambdaEventSourceMapping(this, "notifications_mapping", {
      eventSourceArn: queue.arn,
      functionName: this.handler.aliasArn,
      batchSize: props.pusherBatchSize,
      maximumBatchingWindowInSeconds: 0,
      functionResponseTypes: ["ReportBatchItemFailures"],
    });
    limitConcurrency(mapping, props.pusherMaximumConcurrency);
    const permission = new LambdaPermission(this, "notifications_permission", {
      // No fixed id, as in the authorizer: AWS accepts an id only once.
      statementIdPrefix: "InvokeByNotificationsTopic",
      action: "lambda:InvokeFunction",
      functionName: this.handler.functionName,
      qualifier: this.handler.aliasName,
      principal: "sns.amazonaws.com",
      sourceAccount: account.accountId,
      sourceArn: topic.arn,
      lifecycle,
    });
    new SnsTopicSubscription(this, "notifications", {
      topicArn: topic.arn,
      protocol: "lambda",
      endpoint: this.handler.aliasArnByName,
      // With both aliases here, the old subscription is removed before the alias that it points to.
      dependsOn: [permission, ...this.handler.aliases],
      // Messages that SNS could not pass to Lambda.
      redrivePolicy: Fn.jsonencode({ deadLetterTargetArn: queue.dlqArn }),
      // If a new subscription has the same endpoint, SNS gives it the same ARN. The replacement is safe only because
      // the plan knows the endpoint, and so replaces a subscription only if its endpoint changes.
      lifecycle,
    });
    // Messages that Lambda got from SNS and that the function failed, after two retries.
    new LambdaFunctionEventInvokeConfig(this, "pusher_async", {
      functionName: this.handler.functionName,
      qualifier: this.handler.aliasName,
      maximumRetryAttempts: 2,
      destinationConfig: { onFailure: { destination: queue.dlqArn } },
      lifecycle,
    });
  }
}

/** If a variable limit is null, there is no block, because AWS has no number for "no limit". */
function limitConcurrency(mapping: LambdaEventSourceMapping, maximumConcurrency: number | undefined): void {
  if (maximumConcurrency === undefined) return;
  whenKnown(
    maximumConcurrency,
    (known) => mapping.putScalingConfig({ maximumConcurrency: known }),
    (token) =>
      mapping.addOverride("dynamic.scaling_config", {
        for_each: conditional(Op.eq(token, Token.nullValue()), [], [token]),
        content: { maximum_concurrency: "${scaling_config.value}" },
      }),
  );
}
