import { LambdaEventSourceMapping } from "@cdktf/provider-aws/lib/lambda-event-source-mapping";
import { LambdaFunctionEventInvokeConfig } from "@cdktf/provider-aws/lib/lambda-function-event-invoke-config";
import { LambdaPermission } from "@cdktf/provider-aws/lib/lambda-permission";
import { SnsTopicSubscription } from "@cdktf/provider-aws/lib/sns-topic-subscription";
import { conditional, Fn, Op, Token } from "cdktf";
import { Construct } from "constructs";
import type { AwsAccount } from "../aws/aws-account";
import type { ConnectionStore } from "../connections/connection-store";
import { PUSHER_ENVIRONMENT } from "../contract/environment";
import { type Encryption, SEND_WITH_KEY, WRITE_TABLE_WITH_KEY } from "../encryption/encryption";
import type { WebSocketApi } from "../gateway/web-socket-api";
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
  /** Where it posts, or undefined for the stage's own URL. */
  readonly apigwEndpoint?: string;
  readonly connections: ConnectionStore;
  readonly integration: Integration;
  /** Absent when a literal says that tokens are not revoked. */
  readonly revocations?: RevocationStore;
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

/** Delivers notifications, from the queue and from the topic, to the sockets of the users they name, or to all. */
export class Pusher extends Construct {
  /** The function that the notifications topic and queue invoke. */
  readonly handler: HandlerFunction;

  constructor(scope: Construct, id: string, props: PusherProps) {
    super(scope, id);
    const { account, prefix, webSocketApi, connections, integration } = props;
    const { notificationsQueue: queue, notificationsTopic: topic } = integration;

    this.handler = new HandlerFunction(this, "pusher", {
      account,
      handler: "pusher",
      instanceId: webSocketApi.apiId,
      name: physicalName(prefix, NAME_SUFFIXES.pusher),
      roleName: physicalName(prefix, NAME_SUFFIXES.pusherRole),
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
      optionalEnvironment: props.revocations?.environment(PUSHER_ENVIRONMENT.revocationsTable),
      furtherRights: props.revocations && [props.revocations.writeRights],
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
      // As the authorizer's: no fixed id, which AWS takes once.
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
      // With both aliases, the subscription that goes is gone before the alias that it leads to.
      dependsOn: [permission, ...this.handler.aliases],
      // What SNS could not hand to Lambda.
      redrivePolicy: Fn.jsonencode({ deadLetterTargetArn: queue.dlqArn }),
      // SNS gives a subscription with the same endpoint the same ARN: to replace one by the other is safe only because the
      // plan knows the endpoint, and so replaces a subscription for another endpoint alone.
      lifecycle,
    });
    // What Lambda took from SNS and the function then failed, twice retried.
    new LambdaFunctionEventInvokeConfig(this, "pusher_async", {
      functionName: this.handler.functionName,
      qualifier: this.handler.aliasName,
      maximumRetryAttempts: 2,
      destinationConfig: { onFailure: { destination: queue.dlqArn } },
      lifecycle,
    });
  }
}

/** A variable limit may be null: then there is no block, since AWS has no number that says so. */
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
