import type { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy";
import { TerraformLocal } from "cdktf";
import { Construct } from "constructs";
import {
  followConnections,
  type Grant,
  type GrantableRole,
  giveTo,
  readConnections,
  readPresence,
  receiveMessages,
  sendNotifications,
  subscribeMessages,
} from "./access/grants";
import { JwtAuthorizer } from "./authorizer/jwt-authorizer";
import { type AwsAccount, ResourceAccount } from "./aws/aws-account";
import { boundEveryRole } from "./aws/permissions-boundary";
import { tagEverything } from "./aws/tags";
import { ConnectionStore } from "./connections/connection-store";
import { Encryption } from "./encryption/encryption";
import { KeyPolicy } from "./encryption/key-policy";
import { Gateway } from "./gateway/gateway";
import { WebSocketApi } from "./gateway/web-socket-api";
import { acceptProps } from "./inputs/accept-props";
import { INPUTS } from "./inputs/inputs";
import type { SumuProps } from "./inputs/sumu-props";
import { FunctionConsumer, type FunctionConsumerOptions } from "./integration/function-consumer";
import {
  FunctionSubscription,
  type FunctionSubscriptionOptions,
  type InvokedFunction,
} from "./integration/function-subscription";
import { Integration } from "./integration/integration";
import { OriginalRights } from "./migration/original-rights";
import { originalRightsExistence } from "./migration/original-rights-existence";
import { NAME_SUFFIXES, physicalName } from "./names";
import { Observability, stackMetrics } from "./observability/observability";
import { graceExistence, watchdogExistence } from "./presence/presence-source";
import { PresenceWatchdog } from "./presence/presence-watchdog";
import { Pusher } from "./pusher/pusher";
import { Delivery } from "./releases/delivery";
import { deliveryExistence } from "./releases/delivery-existence";
import { attributeOrNull } from "./terraform/attribute";
import { type Existence, existsUnless, existsWhen, existsWithBoth } from "./terraform/existence";
import { orElse } from "./terraform/or-else";
import { transformEverything } from "./terraform/transform";

/**
 * Realtime over WebSockets for an application: clients connect with a JWT, publish and send messages to the backend, and
 * receive what the backend notifies; the backend hears who comes online and who goes.
 *
 * @throws RangeError when a literal prop is invalid; the message names the module's input and the rule.
 */
export class Sumu extends Construct {
  /** Who is connected. */
  readonly connections: ConnectionStore;
  /** The topics and queues between SUMU and the backend. */
  readonly integration: Integration;
  /** The API, before its routes and stage. */
  readonly webSocketApi: WebSocketApi;
  /** Who may connect. */
  readonly authorizer: JwtAuthorizer;
  /** The API's routes and stage. */
  readonly gateway: Gateway;
  /** What delivers notifications. */
  readonly pusher: Pusher;
  /** What tells who is online. Undefined when a literal `presenceSource` names neither topic nor queue. */
  readonly presence?: PresenceWatchdog;
  /** Alarms and the dashboard, each when asked for. */
  readonly observability: Observability;
  private readonly account: AwsAccount;
  private readonly encryption: Encryption;
  private readonly keyPolicy: KeyPolicy;

  constructor(scope: Construct, id: string, props: SumuProps) {
    super(scope, id);
    const input = acceptProps(props, INPUTS);
    const { prefix, stageName, presenceSource, deletionProtection } = input;
    this.webSocketApi = new WebSocketApi(this, "api", { prefix, stageName });
    // Not the table: it is replaced when its name changes. No change replaces an API.
    const account = new ResourceAccount(this, "account", { arn: this.webSocketApi.executionArn });
    const encryption = new Encryption(account, input.kmsKeyArn, input.encryptTopics);
    this.account = account;
    this.encryption = encryption;
    this.keyPolicy = new KeyPolicy(this, "encryption", { account, prefix, topicPublishers: input.topicPublishers });
    const observation = {
      stack: physicalName(prefix),
      logLevel: input.logLevel,
      tracing: existsWhen(input.tracing),
    };

    this.connections = new ConnectionStore(this, "connections", {
      tableName: tableName(prefix, input.connectionsTableName),
      encryption,
      deletionProtection,
    });
    this.integration = new Integration(this, "integration", { ...input, account, encryption });
    const originalRights = originalRightsExistence(input.keepOriginalRights, input.connectionsTableName);
    // The released functions come in the second apply of a move, when nothing of the original is left that they replace.
    const delivery = named(
      this,
      existsWithBoth(deliveryExistence(input.s3Artifacts, input.github), existsUnless(originalRights)),
    );
    this.authorizer = new JwtAuthorizer(this, "authorizer", {
      ...input,
      account,
      encryption,
      delivery,
      observation,
      webSocketApi: this.webSocketApi,
    });
    this.gateway = new Gateway(this, "gateway", {
      ...input,
      account,
      encryption,
      webSocketApi: this.webSocketApi,
      authorizerId: this.authorizer.authorizer.id,
      connections: this.connections,
      integration: this.integration,
    });
    const parts = {
      ...input,
      account,
      encryption,
      observation,
      webSocketApi: this.webSocketApi,
      connections: this.connections,
      integration: this.integration,
    };
    this.pusher = new Pusher(this, "pusher", { ...parts, delivery });
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
      visibilityTimeoutSeconds: this.integration.notificationsVisibilityTimeoutSeconds,
      dashboard: existsWhen(input.dashboard),
      watchdog,
      grace: graceExistence(presenceSource, input.presenceGraceSeconds),
    });

    if (originalRights.exists) {
      new OriginalRights(this, "original", {
        prefix,
        gateway: this.gateway.role,
        count: originalRights.count,
      });
    }

    const { s3Artifacts, github } = input;
    if (delivery.exists && s3Artifacts !== undefined && github !== undefined) {
      new Delivery(this, "delivery", {
        ...input,
        account,
        encryption,
        handlers: { authorizer: this.authorizer.handler, pusher: this.pusher.handler },
        s3Artifacts,
        github,
        existence: delivery,
      });
    }

    tagEverything(this, input.commonTags);
    boundEveryRole(this, input.permissionsBoundary);
    if (input.transform !== undefined) {
      transformEverything(this, input.transform);
    }
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

  /** The backend publishes notifications here, or sends them to the queue: either way takes the same. */
  get notificationsTopicArn(): string {
    return this.integration.notificationsTopic.arn;
  }

  /** The last part of {@link notificationsTopicArn}. */
  get notificationsTopicName(): string {
    return this.integration.notificationsTopic.name;
  }

  /** The backend sends notifications here, or publishes them to the topic: either way takes the same. */
  get notificationsQueueArn(): string {
    return this.integration.notificationsQueue.arn;
  }

  /** As the SDKs want the queue that the backend sends notifications to. */
  get notificationsQueueUrl(): string {
    return this.integration.notificationsQueue.url;
  }

  /** The last part of {@link notificationsQueueArn}. */
  get notificationsQueueName(): string {
    return this.integration.notificationsQueue.name;
  }

  /** The backend subscribes here to what clients publish, and to presence when it goes there. */
  get messagesTopicArn(): string {
    return this.integration.messagesTopic.arn;
  }

  /** The last part of {@link messagesTopicArn}. */
  get messagesTopicName(): string {
    return this.integration.messagesTopic.name;
  }

  /** The backend takes from here what clients send, and presence when it goes there. */
  get messagesQueueArn(): string {
    return this.integration.messagesQueue.arn;
  }

  /** As the SDKs want the queue that the backend takes messages from. */
  get messagesQueueUrl(): string {
    return this.integration.messagesQueue.url;
  }

  /** The last part of {@link messagesQueueArn}. */
  get messagesQueueName(): string {
    return this.integration.messagesQueue.name;
  }

  /** A row for each open connection, with the attributes of {@link CONNECTION}. */
  get connectionsTableName(): string {
    return this.connections.tableName;
  }

  /** A row for each open connection, with the attributes of {@link CONNECTION}. */
  get connectionsTableArn(): string {
    return this.connections.tableArn;
  }

  /** An INSERT when a connection opens, a REMOVE when it is gone; keys only. */
  get connectionsTableStreamArn(): string {
    return this.connections.streamArn;
  }

  /** Who is online: undefined without a watchdog; with a variable `presenceSource`, null in Terraform. */
  get presenceTableName(): string | undefined {
    return this.presence && attributeOrNull(this.presence.table, "name");
  }

  /** Who is online: undefined without a watchdog; with a variable `presenceSource`, null in Terraform. */
  get presenceTableArn(): string | undefined {
    return this.presence && attributeOrNull(this.presence.table, "arn");
  }

  /**
   * What the policy of {@link SumuProps.kmsKeyArn}'s key must allow services, as JSON, besides what lets IAM decide about
   * roles. It depends on no key: the key's own policy may be made of it.
   */
  get kmsKeyPolicyJson(): string {
    return this.keyPolicy.json;
  }

  /** Lets a role notify users, through the topic and through the queue. */
  grantSendNotifications(role: GrantableRole): IamRolePolicy {
    return this.grant(role, sendNotifications(this.notificationsTopicArn, this.notificationsQueueArn));
  }

  /** Lets a role take what clients sent, and presence when it goes there, from the messages queue. */
  grantReceiveMessages(role: GrantableRole): IamRolePolicy {
    return this.grant(role, receiveMessages(this.messagesQueueArn));
  }

  /** Lets a role subscribe something, while it runs, to what clients publish, and to presence when it goes there. */
  grantSubscribeMessages(role: GrantableRole): IamRolePolicy {
    return this.grant(role, subscribeMessages(this.messagesTopicArn));
  }

  /** Lets a role read who is connected. */
  grantReadConnections(role: GrantableRole): IamRolePolicy {
    return this.grant(role, readConnections(this.connectionsTableArn));
  }

  /** Lets a role follow who connects and disconnects, by the connections table's stream. */
  grantFollowConnections(role: GrantableRole): IamRolePolicy {
    return this.grant(role, followConnections(this.connectionsTableStreamArn));
  }

  /**
   * Lets a role read who is online.
   *
   * @throws Error when there is no presence table: `presenceSource` is neither topic nor queue
   */
  grantReadPresence(role: GrantableRole): IamRolePolicy {
    const { presenceTableArn } = this;
    if (presenceTableArn === undefined) {
      throw new Error('There is no presence table to read: presenceSource is neither "topic" nor "queue".');
    }
    return this.grant(role, readPresence(presenceTableArn));
  }

  /**
   * Invokes a function of the application's with each message of the messages topic: what clients publish, and presence
   * when it goes there. A message at a time, at once, and lost when the function fails three times: what must not be lost
   * goes through the queue, see {@link invokeFromMessagesQueue}.
   *
   * @param invoked - the function, or the alias of one
   * @param options - which messages
   */
  invokeFromMessagesTopic(invoked: InvokedFunction, options: FunctionSubscriptionOptions = {}): FunctionSubscription {
    return new FunctionSubscription(this, `messages_topic_to_${invoked.node.addr}`, {
      ...options,
      accountId: this.account.accountId,
      topic: this.integration.messagesTopic,
      function: invoked,
    });
  }

  /**
   * Invokes a function of the application's with batches of the messages queue: what clients send, and presence when it
   * goes there. A message that fails five times moves to the dead-letter queue. A function that returns
   * `{ batchItemFailures: [{ itemIdentifier: messageId }] }` fails those only, one that throws the whole batch. Give it a
   * time-out of 120 s at most: a sixth of the queue's visibility time-out, as AWS advises.
   *
   * @param invoked - the function, or the alias of one
   * @param role - its execution role, which is granted to take from the queue
   * @param options - how many messages at once
   * @throws RangeError when an option is out of its bounds
   * @see https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
   */
  invokeFromMessagesQueue(
    invoked: InvokedFunction,
    role: GrantableRole,
    options: FunctionConsumerOptions = {},
  ): FunctionConsumer {
    return new FunctionConsumer(this, `messages_queue_to_${invoked.node.addr}`, {
      ...options,
      queue: this.integration.messagesQueue,
      function: invoked,
      permission: this.grantReceiveMessages(role),
    });
  }

  private grant(role: GrantableRole, grant: Grant): IamRolePolicy {
    return giveTo(this, role, this.encryption, grant);
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
