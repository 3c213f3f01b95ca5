import type { DynamodbTable } from "@cdktf/provider-aws/lib/dynamodb-table";
import type { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy";
import { TerraformLocal } from "cdktf";
import { Construct } from "constructs";
import {
  followConnections,
  type Grant,
  type GrantableRole,
  giveTo,
  readConnections,
  readHistory,
  readPresence,
  readRevocations,
  readSubscriptions,
  receiveMessages,
  sendNotifications,
  stream,
  subscribeMessages,
} from "./access/grants";
import { type OperatorCommand, operate, READING_COMMANDS } from "./access/operator-rights";
import { JwtAuthorizer } from "./authorizer/jwt-authorizer";
import { type AwsAccount, ResourceAccount } from "./aws/aws-account";
import { boundEveryRole } from "./aws/permissions-boundary";
import { tagEverything } from "./aws/tags";
import { SubscriptionStore } from "./channels/subscription-store";
import { ConnectionStore } from "./connections/connection-store";
import { ControlFunction } from "./control/control-function";
import { ControlQueue } from "./control/control-queue";
import { Encryption } from "./encryption/encryption";
import { KeyPolicy } from "./encryption/key-policy";
import { Gateway } from "./gateway/gateway";
import { WebSocketApi } from "./gateway/web-socket-api";
import { HistoryStore } from "./history/history-store";
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
import type { ConnectionsTable, Table, TopicAndQueue } from "./outlets";
import { graceExistence, watchdogExistence } from "./presence/presence-source";
import { PresenceWatchdog } from "./presence/presence-watchdog";
import { Pusher } from "./pusher/pusher";
import { Delivery } from "./releases/delivery";
import { deliveryExistence } from "./releases/delivery-existence";
import { RevocationStore } from "./revocations/revocation-store";
import { attributeOrNull } from "./terraform/attribute";
import { atLeast } from "./terraform/condition";
import {
  type Existence,
  existsUnless,
  existsWhen,
  existsWhenGiven,
  existsWithBoth,
  existsWithEither,
} from "./terraform/existence";
import { orElse } from "./terraform/or-else";
import { transformEverything } from "./terraform/transform";

/**
 * Realtime over WebSockets for an application. Clients connect with a JWT, and publish and send messages to the
 * backend. The backend sends notifications to the clients, and gets an event when a user comes online or goes offline.
 *
 * @throws RangeError when a literal prop is invalid; the message names the module's input and the rule.
 */
export class Sumu extends Construct {
  /** The backend sends notifications here: the topic and the queue accept the same messages. */
  readonly notifications: TopicAndQueue;
  /**
   * The backend gets messages here: clients publish to the topic and send to the queue. Presence events go where
   * `presenceSource` says.
   */
  readonly messages: TopicAndQueue;
  /** A row for each open connection, with the attributes of {@link CONNECTION}. */
  readonly connectionsTable: ConnectionsTable;
  /** Each user's state, online or offline. Undefined when a literal `presenceSource` is neither topic nor queue. */
  readonly presenceTable?: Table;
  /** The users whose tokens are revoked. Undefined when a literal `revocations` is false. */
  readonly revocationsTable?: Table;
  /** The notifications that are kept for clients that are away. Undefined when a literal `historySeconds` is 0. */
  readonly historyTable?: Table;
  /** Which connections are in which channels. Undefined when there are no `channels`. */
  readonly subscriptionsTable?: Table;
  /** The API, before its routes and stage. */
  readonly webSocketApi: WebSocketApi;
  /** Decides who may connect. */
  readonly authorizer: JwtAuthorizer;
  /** The API's routes and stage. */
  readonly gateway: Gateway;
  /** Delivers notifications. */
  readonly pusher: Pusher;
  /** Sends presence events. Undefined when a literal `presenceSource` names neither topic nor queue. */
  readonly presence?: PresenceWatchdog;
  /** Answers the control frames of clients. Undefined when literals say that there are none: no history is kept. */
  readonly control?: ControlFunction;
  /** Alarms and the dashboard. Each exists only if an input asks for it. */
  readonly observability: Observability;
  private readonly account: AwsAccount;
  private readonly prefix: string;
  private readonly integration: Integration;
  private readonly encryption: Encryption;
  private readonly keyPolicy: KeyPolicy;

  constructor(scope: Construct, id: string, props: SumuProps) {
    super(scope, id);
    const input = acceptProps(props, INPUTS);
    const { prefix, stageName, presenceSource, deletionProtection } = input;
    this.webSocketApi = new WebSocketApi(this, "api", { prefix, stageName });
    // Not the table: it is replaced when its name changes. The API is never replaced.
    const account = new ResourceAccount(this, "account", { arn: this.webSocketApi.executionArn });
    const encryption = new Encryption(account, input.kmsKeyArn, input.encryptTopics);
    this.account = account;
    this.prefix = prefix;
    this.encryption = encryption;
    this.keyPolicy = new KeyPolicy(this, "encryption", { account, prefix, topicPublishers: input.topicPublishers });
    const observation = {
      stack: physicalName(prefix),
      logLevel: input.logLevel,
      tracing: existsWhen(input.tracing),
    };

    const connections = new ConnectionStore(this, "connections", {
      tableName: tableName(prefix, input.connectionsTableName),
      encryption,
      deletionProtection,
    });
    const integration = new Integration(this, "integration", { ...input, account, encryption });
    this.integration = integration;
    this.notifications = { topic: integration.notificationsTopic, queue: integration.notificationsQueue };
    this.messages = { topic: integration.messagesTopic, queue: integration.messagesQueue };
    this.connectionsTable = connections.table;
    const originalRights = originalRightsExistence(input.keepOriginalRights, input.connectionsTableName);
    // The second apply of a move creates the released functions, when no object of the original is left that they
    // replace.
    const delivery = asLocal(
      this,
      existsWithBoth(deliveryExistence(input.s3Artifacts, input.github), existsUnless(originalRights)),
    );
    const whenRevocations = existsWhen(input.revocations);
    const revocations = whenRevocations.exists
      ? new RevocationStore(this, "revocations", { prefix, encryption, deletionProtection, existence: whenRevocations })
      : undefined;
    this.revocationsTable = revocations && nullableTable(revocations.table);
    const whenHistory = existsWhen(atLeast(input.historySeconds, 1));
    const history = whenHistory.exists
      ? new HistoryStore(this, "history", { ...input, encryption, existence: whenHistory })
      : undefined;
    this.historyTable = history && nullableTable(history.table);
    const whenChannels = existsWhenGiven(input.channels);
    const subscriptions = whenChannels.exists
      ? new SubscriptionStore(this, "channels", { prefix, encryption, deletionProtection, existence: whenChannels })
      : undefined;
    this.subscriptionsTable = subscriptions && nullableTable(subscriptions.table);
    this.authorizer = new JwtAuthorizer(this, "authorizer", {
      ...input,
      revocations,
      account,
      encryption,
      delivery,
      observation,
      webSocketApi: this.webSocketApi,
    });
    const whenControl = existsWithEither(whenHistory, whenChannels);
    const control = whenControl.exists
      ? new ControlQueue(this, "control_queue", {
          prefix,
          encryption,
          routes: { recover: whenHistory, subscribe: whenChannels, unsubscribe: whenChannels, post: whenChannels },
          existence: whenControl,
        })
      : undefined;
    this.gateway = new Gateway(this, "gateway", {
      ...input,
      account,
      encryption,
      webSocketApi: this.webSocketApi,
      authorizerId: this.authorizer.authorizer.id,
      connections,
      integration,
      control,
    });
    const parts = {
      ...input,
      account,
      encryption,
      observation,
      webSocketApi: this.webSocketApi,
      connections,
      integration,
    };
    this.pusher = new Pusher(this, "pusher", { ...parts, delivery, revocations, history, subscriptions });
    this.control = control && new ControlFunction(this, "control", { ...parts, control, history, subscriptions });
    const watchdog = watchdogExistence(presenceSource, input.maxConnectionsPerUser, input.channels);
    this.presence = watchdog.exists
      ? new PresenceWatchdog(this, "presence", {
          ...parts,
          channels:
            control && whenChannels.exists ? { controlQueue: control.queue, existence: whenChannels } : undefined,
          count: watchdog.count,
        })
      : undefined;
    this.presenceTable = this.presence && nullableTable(this.presence.table);

    this.observability = new Observability(this, "observability", {
      account,
      metrics: stackMetrics({
        prefix,
        api: { apiId: this.webSocketApi.apiId, stageName },
        connectionsTable: connections.tableName,
        functions: {
          authorizer: this.authorizer.handler.functionName,
          pusher: this.pusher.handler.functionName,
        },
      }),
      alarmActions: input.alarmActions,
      visibilityTimeoutSeconds: integration.notificationsVisibilityTimeoutSeconds,
      dashboard: existsWhen(input.dashboard),
      parts: {
        watchdog,
        grace: graceExistence(presenceSource, input.presenceGraceSeconds),
        control: whenControl,
        channels: whenChannels,
      },
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

  /** The API's id, as a custom domain's mapping needs it. */
  get apiId(): string {
    return this.webSocketApi.apiId;
  }

  /** The stage's name. It is known once the stage exists, so a resource that uses it waits for the stage. */
  get stageName(): string {
    return this.gateway.stage.name;
  }

  /** The URL for clients without a custom domain: `wss://…/<stage>`. */
  get webSocketUrl(): string {
    return this.gateway.stage.invokeUrl;
  }

  /**
   * The statements that the policy of {@link SumuProps.kmsKeyArn}'s key must have for AWS services, as JSON. The key's
   * policy also needs a statement that lets IAM decide about roles. The value does not depend on the key, so the key's
   * own policy can use it.
   */
  get kmsKeyPolicyJson(): string {
    return this.keyPolicy.json;
  }

  /**
   * Lets a role notify users, through the topic and through the queue.
   *
   * @example
   * sumu.grantSendNotifications(backendRole);
   * new SsmParameter(this, "notifications_queue", {
   *   name: "/shop/notifications-queue",
   *   type: "String",
   *   value: sumu.notifications.queue.url,
   * });
   */
  grantSendNotifications(role: GrantableRole): IamRolePolicy {
    const { topic, queue } = this.notifications;
    return this.grant(role, sendNotifications(topic.arn, queue.arn));
  }

  /**
   * Lets a role receive messages from the messages queue: the clients' messages, and presence events if they go to the
   * queue. For a Lambda function, use {@link invokeFromMessagesQueue}.
   *
   * @example
   * sumu.grantReceiveMessages(workerRole);
   */
  grantReceiveMessages(role: GrantableRole): IamRolePolicy {
    return this.grant(role, receiveMessages(this.messages.queue.arn));
  }

  /**
   * Lets a role subscribe to the messages topic at run time. The topic has the messages that clients publish, and
   * presence events if they go to the topic.
   *
   * @example
   * sumu.grantSubscribeMessages(backendRole);
   */
  grantSubscribeMessages(role: GrantableRole): IamRolePolicy {
    return this.grant(role, subscribeMessages(this.messages.topic.arn));
  }

  /**
   * Lets a role read the connected users.
   *
   * @example
   * sumu.grantReadConnections(backendRole);
   * new TerraformOutput(this, "connections", { value: sumu.connectionsTable.name });
   */
  grantReadConnections(role: GrantableRole): IamRolePolicy {
    return this.grant(role, readConnections(this.connectionsTable.arn));
  }

  /**
   * Lets a role stream a text to users' open connections, as `stream()` of the backend libraries does. The whole text
   * goes through the queue at the end, so the role needs {@link grantSendNotifications}, too.
   *
   * @example
   * sumu.grantStream(backendRole);
   * sumu.grantSendNotifications(backendRole);
   */
  grantStream(role: GrantableRole): IamRolePolicy {
    return this.grant(role, stream(this.connectionsTable.arn, this.webSocketApi.stageExecutionArn));
  }

  /**
   * Lets a role read connects and disconnects from the connections table's stream.
   *
   * @example
   * const permission = sumu.grantFollowConnections(auditRole);
   * new LambdaEventSourceMapping(this, "audit_connections", {
   *   eventSourceArn: sumu.connectionsTable.streamArn,
   *   functionName: audit.arn,
   *   startingPosition: "LATEST",
   *   dependsOn: [permission],
   * });
   */
  grantFollowConnections(role: GrantableRole): IamRolePolicy {
    return this.grant(role, followConnections(this.connectionsTable.streamArn));
  }

  /**
   * Lets a role read the users' states.
   *
   * @example
   * sumu.grantReadPresence(backendRole);
   * @throws Error when there is no presence table: `presenceSource` is neither topic nor queue
   */
  grantReadPresence(role: GrantableRole): IamRolePolicy {
    if (this.presenceTable === undefined) {
      throw new Error('There is no presence table to read: presenceSource is neither "topic" nor "queue".');
    }
    return this.grant(role, readPresence(this.presenceTable.arn));
  }

  /**
   * Lets a role read whose tokens are revoked. A role that revokes tokens needs only {@link grantSendNotifications}.
   *
   * @example
   * sumu.grantReadRevocations(backendRole);
   * @throws Error when there is no such table: `revocations` is false
   */
  grantReadRevocations(role: GrantableRole): IamRolePolicy {
    if (this.revocationsTable === undefined) {
      throw new Error("There is no table of revocations to read: revocations is false.");
    }
    return this.grant(role, readRevocations(this.revocationsTable.arn));
  }

  /**
   * Lets a role read the notifications that are kept: those of one user or of everyone.
   *
   * @example
   * sumu.grantReadHistory(backendRole);
   * @throws Error when there is no such table: `historySeconds` is 0
   */
  grantReadHistory(role: GrantableRole): IamRolePolicy {
    if (this.historyTable === undefined) {
      throw new Error("There is no history to read: historySeconds is 0.");
    }
    return this.grant(role, readHistory(this.historyTable.arn));
  }

  /**
   * Lets a role read which connections are in which channels.
   *
   * @example
   * sumu.grantReadSubscriptions(backendRole);
   * @throws Error when there is no such table: there are no `channels`
   */
  grantReadSubscriptions(role: GrantableRole): IamRolePolicy {
    if (this.subscriptionsTable === undefined) {
      throw new Error("There is no table of subscriptions to read: channels is not given.");
    }
    return this.grant(role, readSubscriptions(this.subscriptionsTable.arn));
  }

  /**
   * Lets a role use `sumu`, the operator's tool, on this SUMU: exactly the rights that the commands need.
   *
   * @param commands - @default - the commands that only read
   *
   * @example
   * sumu.grantOperate(onCallRole);
   * sumu.grantOperate(onCallRole, ["dead-letters redrive", "disconnect"]);
   */
  grantOperate(role: GrantableRole, commands: readonly OperatorCommand[] = READING_COMMANDS): IamRolePolicy {
    return this.grant(role, operate(this.account, this.prefix, this.connectionsTable.arn, commands));
  }

  /**
   * Invokes a Lambda function of the application with each message of the messages topic: the messages that clients
   * publish, and presence events if they go to the topic. SNS invokes it once for each message, at once. A message is
   * lost when the function fails three times. Use the queue for messages that must not be lost, see {@link
   * invokeFromMessagesQueue}.
   *
   * @param invoked - the function, or an alias of the function
   * @param options - which messages
   * @example
   * sumu.invokeFromMessagesTopic(audit, { sources: [MESSAGE_SOURCES.presence] });
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
   * Invokes a Lambda function of the application with batches of the messages queue: what clients send, and presence
   * events when they go to the queue. A message that fails five times moves to the dead-letter queue. If the function
   * returns `{ batchItemFailures: [{ itemIdentifier: messageId }] }`, only those messages have failed; if it throws, the
   * whole batch has. Give it a time-out of 120 s at most: a sixth of the queue's visibility time-out, as AWS advises.
   *
   * @param invoked - the function, or an alias of the function
   * @param role - its execution role, which gets the right to receive from the queue
   * @param options - how many messages at once
   * @example
   * sumu.invokeFromMessagesQueue(worker, workerRole, { batchSize: 5, maximumConcurrency: 10 });
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

/** Puts the condition into a Terraform local, because many resources use it as their count. */
function asLocal(scope: Construct, existence: Existence): Existence {
  return existence.condition === undefined
    ? existence
    : existsWhen(new TerraformLocal(scope, "has_pipelines", existence.condition).expression);
}

/** A table whose attributes are null in Terraform if it does not exist. */
function nullableTable(table: DynamodbTable): Table {
  return { name: attributeOrNull(table, "name"), arn: attributeOrNull(table, "arn") };
}

function tableName(prefix: string, given: string | undefined): string {
  return orElse(given, physicalName(prefix, NAME_SUFFIXES.connections));
}
