import { LambdaEventSourceMapping } from "@cdktf/provider-aws/lib/lambda-event-source-mapping";
import { Construct } from "constructs";
import type { AwsAccount } from "../aws/aws-account";
import { channelSettings } from "../channels/channel-settings";
import type { SubscriptionStore } from "../channels/subscription-store";
import type { ConnectionStore } from "../connections/connection-store";
import { CONTROL_ENVIRONMENT } from "../contract/control-handler";
import { CONTROL_BATCH_SIZE, CONTROL_MEMORY_MEGABYTES, CONTROL_TIMEOUT_SECONDS } from "../contract/limits";
import { type Encryption, SEND_WITH_KEY } from "../encryption/encryption";
import type { WebSocketApi } from "../gateway/web-socket-api";
import type { HistoryStore } from "../history/history-store";
import type { Channels } from "../inputs/channels";
import type { VpcConfig } from "../inputs/guardrails";
import type { Integration } from "../integration/integration";
import { HandlerFunction } from "../lambda/handler-function";
import type { Observation } from "../observability/observation";
import { isGiven } from "../terraform/condition";
import type { Given } from "../terraform/field";
import { orElse } from "../terraform/or-else";
import type { ControlQueue } from "./control-queue";

export interface ControlFunctionProps {
  readonly account: AwsAccount;
  readonly prefix: string;
  readonly webSocketApi: WebSocketApi;
  /** The endpoint for posts, or undefined for the stage's own URL. */
  readonly apigwEndpoint?: string;
  readonly control: ControlQueue;
  /** Undefined if a literal says that no history is kept. */
  readonly history?: HistoryStore;
  readonly channels?: Given<Channels>;
  /** Undefined if there are no channels. */
  readonly subscriptions?: SubscriptionStore;
  readonly connections: ConnectionStore;
  readonly integration: Integration;
  readonly logRetentionDays: number;
  readonly observation: Observation;
  readonly vpcConfig?: Given<VpcConfig>;
  readonly encryption: Encryption;
  readonly architecture: string;
}

/** Answers the clients' control frames on their sockets: what has a client missed? */
export class ControlFunction extends Construct {
  /** The function that the control queue invokes. */
  readonly handler: HandlerFunction;

  constructor(scope: Construct, id: string, props: ControlFunctionProps) {
    super(scope, id);
    const { account, prefix, webSocketApi, control, history, subscriptions, connections, integration } = props;
    const { queue, existence } = control;
    const { count } = existence;
    const { notificationsQueue } = integration;
    this.handler = new HandlerFunction(this, "control", {
      account,
      count,
      handler: "control",
      instanceId: webSocketApi.apiId,
      prefix,
      description: "Answers the control frames of clients.",
      timeoutSeconds: CONTROL_TIMEOUT_SECONDS,
      memoryMegabytes: CONTROL_MEMORY_MEGABYTES,
      architecture: props.architecture,
      encryption: props.encryption,
      environment: {
        [CONTROL_ENVIRONMENT.endpoint]: orElse(props.apigwEndpoint, webSocketApi.stageUrl),
        [CONTROL_ENVIRONMENT.deadLetterQueueUrl]: queue.dlqUrl,
      },
      optionalEnvironment: [
        ...(history?.settings ?? []),
        ...(subscriptions?.environment(CONTROL_ENVIRONMENT.subscriptionsTable) ?? []),
        ...channelSettings(props.channels),
        ...[
          { name: CONTROL_ENVIRONMENT.connectionsTable, value: connections.tableName },
          { name: CONTROL_ENVIRONMENT.notificationsQueueUrl, value: notificationsQueue.url },
        ].map((variable) => ({ ...variable, when: isGiven(props.channels) })),
      ],
      furtherRights: [
        history?.readRights,
        subscriptions?.membershipRights(connections.tableArn, notificationsQueue.arn),
      ].filter((rights) => rights !== undefined),
      statements: [
        {
          sid: "TakeControlFrames",
          actions: ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
          resources: [queue.arn],
        },
        {
          sid: "AnswerClients",
          actions: ["execute-api:ManageConnections"],
          resources: [`${webSocketApi.stageExecutionArn}/POST/@connections/*`],
        },
        { sid: "GiveUp", actions: ["sqs:SendMessage"], resources: [queue.dlqArn] },
      ],
      keyUses: [{ sid: "UseKeyOfMessages", actions: SEND_WITH_KEY, via: ["sqs"] }],
      logRetentionDays: props.logRetentionDays,
      observation: props.observation,
      vpcConfig: props.vpcConfig,
    });
    new LambdaEventSourceMapping(this, "control_mapping", {
      count,
      eventSourceArn: queue.arn,
      functionName: this.handler.aliasArn,
      batchSize: CONTROL_BATCH_SIZE,
      maximumBatchingWindowInSeconds: 0,
      functionResponseTypes: ["ReportBatchItemFailures"],
    });
  }
}
