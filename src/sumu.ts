import { DataAwsIamPolicyDocument } from "@cdktf/provider-aws/lib/data-aws-iam-policy-document";
import type { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy";
import { TerraformLocal } from "cdktf";
import { Construct } from "constructs";
import { JwtAuthorizer } from "./authorizer/jwt-authorizer";
import { ConnectionStore } from "./connections/connection-store";
import { Delivery } from "./delivery/delivery";
import { deliveryExistence } from "./delivery/delivery-existence";
import { Gateway } from "./gateway/gateway";
import { WebSocketApi } from "./gateway/web-socket-api";
import { Integration } from "./integration/integration";
import { NAME_SUFFIXES, physicalName } from "./names";
import { Observability, stackMetrics } from "./observability/observability";
import { graceExistence, watchdogExistence } from "./presence/presence-source";
import { PresenceWatchdog } from "./presence/presence-watchdog";
import { Pusher } from "./pusher/pusher";
import { type SumuProps, validated, withDefaults } from "./sumu-props";
import { attributeOrNull } from "./terraform/attribute";
import { AwsAccount } from "./terraform/aws-account";
import { type Existence, existsWhen } from "./terraform/existence";
import { orElse } from "./terraform/or-else";
import { tagEverything } from "./terraform/tags";

/**
 * Realtime over WebSockets for an application: clients connect with a JWT, publish and send messages to the backend, and
 * receive what the backend notifies; the backend hears who comes online and who goes.
 *
 * @throws RangeError when a literal prop is invalid; the message names the module's input and the rule.
 */
export class Sumu extends Construct {
  readonly connections: ConnectionStore;
  readonly integration: Integration;
  readonly webSocketApi: WebSocketApi;
  readonly authorizer: JwtAuthorizer;
  readonly gateway: Gateway;
  readonly pusher: Pusher;
  /** Undefined when a literal `presenceSource` names neither topic nor queue. */
  readonly presence?: PresenceWatchdog;
  readonly observability: Observability;

  constructor(scope: Construct, id: string, props: SumuProps) {
    super(scope, id);
    const input = withDefaults(validated(props));
    const { prefix, stageName, presenceSource, logRetentionDays } = input;
    const account = new AwsAccount(this, "account");
    const observation = {
      stack: physicalName(prefix),
      logLevel: input.logLevel,
      tracing: existsWhen(input.tracing),
    };

    this.connections = new ConnectionStore(this, "connections", {
      tableName: tableName(prefix, input.connectionsTableName),
    });
    this.integration = new Integration(this, "integration", { account, prefix });
    this.webSocketApi = new WebSocketApi(this, "api", { prefix, stageName });
    const delivery = named(this, deliveryExistence(input.s3Artifacts, input.github));
    this.authorizer = new JwtAuthorizer(this, "authorizer", {
      ...input,
      account,
      delivery,
      observation,
      webSocketApi: this.webSocketApi,
    });
    this.gateway = new Gateway(this, "gateway", {
      account,
      prefix,
      webSocketApi: this.webSocketApi,
      authorizerId: this.authorizer.authorizer.id,
      connections: this.connections,
      integration: this.integration,
      logRetentionDays,
    });
    const parts = { ...input, account, observation, connections: this.connections, integration: this.integration };
    this.pusher = new Pusher(this, "pusher", { ...parts, delivery, webSocketApi: this.webSocketApi });
    const watchdog = watchdogExistence(presenceSource);
    this.presence = watchdog.exists
      ? new PresenceWatchdog(this, "presence", { ...parts, count: watchdog.count })
      : undefined;

    this.observability = new Observability(this, "observability", {
      account,
      metrics: stackMetrics({
        prefix,
        api: { apiId: this.webSocketApi.apiId, stageName },
        connectionsTable: this.connections.tableName,
        authorizerFunction: this.authorizer.handler.functionName,
        pusherFunction: this.pusher.handler.functionName,
      }),
      alarmActions: input.alarmActions,
      dashboard: existsWhen(input.dashboard),
      watchdog,
      grace: graceExistence(presenceSource, input.presenceGraceSeconds),
    });

    const { s3Artifacts, github } = input;
    if (delivery.exists && s3Artifacts !== undefined && github !== undefined) {
      new Delivery(this, "delivery", {
        ...input,
        account,
        handlers: { authorizer: this.authorizer.handler, pusher: this.pusher.handler },
        s3Artifacts,
        github,
        existence: delivery,
      });
    }

    tagEverything(this, input.commonTags);
  }

  /** The API's id, as a custom domain's mapping wants it. */
  get apiId(): string {
    return this.webSocketApi.apiId;
  }

  /** Known once the stage exists, so that what reads it waits for the stage. */
  get stageName(): string {
    return this.gateway.stage.name;
  }

  /** Where clients connect without a custom domain: `wss://…/<stage>`. */
  get webSocketUrl(): string {
    return this.gateway.stage.invokeUrl;
  }

  get notificationsTopicArn(): string {
    return this.integration.notificationsTopic.arn;
  }

  get notificationsTopicName(): string {
    return this.integration.notificationsTopic.name;
  }

  get notificationsQueueArn(): string {
    return this.integration.notificationsQueue.arn;
  }

  get notificationsQueueUrl(): string {
    return this.integration.notificationsQueue.url;
  }

  get notificationsQueueName(): string {
    return this.integration.notificationsQueue.name;
  }

  get messagesTopicArn(): string {
    return this.integration.messagesTopic.arn;
  }

  get messagesTopicName(): string {
    return this.integration.messagesTopic.name;
  }

  get messagesQueueArn(): string {
    return this.integration.messagesQueue.arn;
  }

  get messagesQueueUrl(): string {
    return this.integration.messagesQueue.url;
  }

  get messagesQueueName(): string {
    return this.integration.messagesQueue.name;
  }

  get connectionsTableName(): string {
    return this.connections.tableName;
  }

  get connectionsTableArn(): string {
    return this.connections.tableArn;
  }

  get connectionsTableStreamArn(): string {
    return this.connections.streamArn;
  }

  /** Undefined without a watchdog; with a variable `presenceSource`, null in Terraform. */
  get presenceTableName(): string | undefined {
    return this.presence && attributeOrNull(this.presence.table, "name");
  }

  /** Undefined without a watchdog; with a variable `presenceSource`, null in Terraform. */
  get presenceTableArn(): string | undefined {
    return this.presence && attributeOrNull(this.presence.table, "arn");
  }

  /** Lets a role notify users, through the topic and through the queue. */
  grantSendNotifications(role: IamRole): void {
    this.grant("send_notifications", role, [
      { actions: ["sns:Publish"], resources: [this.notificationsTopicArn] },
      { actions: ["sqs:SendMessage"], resources: [this.notificationsQueueArn] },
    ]);
  }

  /** Lets a role take what clients sent, and presence when it goes there, from the messages queue. */
  grantReceiveMessages(role: IamRole): void {
    this.grant("receive_messages", role, [
      {
        actions: ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility", "sqs:GetQueueAttributes"],
        resources: [this.messagesQueueArn],
      },
    ]);
  }

  /** Lets a role subscribe something to what clients published, and to presence when it goes there. */
  grantSubscribeMessages(role: IamRole): void {
    this.grant("subscribe_messages", role, [{ actions: ["sns:Subscribe"], resources: [this.messagesTopicArn] }]);
  }

  /** Lets a role read who is connected. */
  grantReadConnections(role: IamRole): void {
    this.grant("read_connections", role, [
      { actions: ["dynamodb:GetItem", "dynamodb:Query", "dynamodb:Scan"], resources: [this.connectionsTableArn] },
    ]);
  }

  /** Lets a role read who is online. */
  grantReadPresence(role: IamRole): void {
    const { presenceTableArn } = this;
    if (presenceTableArn === undefined) {
      throw new Error('There is no presence table to read: presenceSource is neither "topic" nor "queue".');
    }
    this.grant("read_presence", role, [
      { actions: ["dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Scan"], resources: [presenceTableArn] },
    ]);
  }

  private grant(
    what: string,
    role: IamRole,
    statement: readonly { readonly actions: string[]; readonly resources: string[] }[],
  ): void {
    const id = `${what}_${role.node.addr}`;
    const document = new DataAwsIamPolicyDocument(this, `${id}_policy_document`, { statement: [...statement] });
    new IamRolePolicy(this, `${id}_role_policy`, { namePrefix: "sumu-", role: role.id, policy: document.json });
  }
}

/** The condition by a name: many counts read it. */
function named(scope: Construct, existence: Existence): Existence {
  return existence.condition === undefined
    ? existence
    : existsWhen(new TerraformLocal(scope, "has_pipelines", existence.condition).expression);
}

function tableName(prefix: string, given: string | undefined): string {
  return orElse(given, physicalName(prefix, NAME_SUFFIXES.connections));
}
