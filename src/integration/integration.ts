import { SnsTopic } from "@cdktf/provider-aws/lib/sns-topic";
import { Construct } from "constructs";
import type { AwsAccount } from "../aws/aws-account";
import { VISIBILITY_TIMEOUT_FACTOR } from "../contract/limits";
import type { Encryption } from "../encryption/encryption";
import { NAME_SUFFIXES, physicalName } from "../names";
import { times } from "../terraform/arithmetic";
import { queuePolicy } from "./queue-policy";
import { QueueWithDlq } from "./queue-with-dlq";
import { topicPolicy } from "./topic-policy";

export interface IntegrationProps {
  readonly account: AwsAccount;
  readonly prefix: string;
  readonly encryption: Encryption;
  /** AWS services that publish notifications. */
  readonly topicPublishers: readonly string[];
  /** The time-out of the function that the notifications queue invokes. */
  readonly pusherTimeoutSeconds: number;
}

/**
 * The topics and queues between the backend and SUMU. The backend sends notifications to a topic or queue, and SUMU
 * delivers them to sockets. The backend gets the clients' messages, and presence, from a topic or queue.
 */
export class Integration extends Construct {
  /** In: the backend publishes notifications. */
  readonly notificationsTopic: SnsTopic;
  /** In: the backend sends notifications. */
  readonly notificationsQueue: QueueWithDlq;
  /** How long a notification is hidden while the pusher handles it, or after the pusher failed. */
  readonly notificationsVisibilityTimeoutSeconds: number;
  /** Out: messages that clients publish. */
  readonly messagesTopic: SnsTopic;
  /** Out: messages that clients send. */
  readonly messagesQueue: QueueWithDlq;

  constructor(scope: Construct, id: string, props: IntegrationProps) {
    super(scope, id);
    const { account, prefix, encryption } = props;
    this.notificationsTopic = new SnsTopic(this, "notifications_topic", {
      name: physicalName(prefix, NAME_SUFFIXES.notifications),
      kmsMasterKeyId: encryption.topicKeyId,
    });
    this.notificationsVisibilityTimeoutSeconds = times(props.pusherTimeoutSeconds, VISIBILITY_TIMEOUT_FACTOR);
    this.notificationsQueue = new QueueWithDlq(this, "notifications", {
      name: physicalName(prefix, NAME_SUFFIXES.notifications),
      dlqName: physicalName(prefix, NAME_SUFFIXES.notificationsDlq),
      encryption,
      visibilityTimeoutSeconds: this.notificationsVisibilityTimeoutSeconds,
    });
    this.messagesTopic = new SnsTopic(this, "messages_topic", {
      name: physicalName(prefix, NAME_SUFFIXES.messages),
      kmsMasterKeyId: encryption.topicKeyId,
    });
    this.messagesQueue = new QueueWithDlq(this, "messages", {
      name: physicalName(prefix, NAME_SUFFIXES.messages),
      dlqName: physicalName(prefix, NAME_SUFFIXES.messagesDlq),
      encryption,
    });

    topicPolicy(this, "notifications", this.notificationsTopic, account, props.topicPublishers);
    topicPolicy(this, "messages", this.messagesTopic, account);
    queuePolicy(this, "notifications", this.notificationsQueue.queue);
    queuePolicy(this, "messages", this.messagesQueue.queue);
    queuePolicy(this, "messages_dlq", this.messagesQueue.dlq);
    queuePolicy(this, "notifications_dlq", this.notificationsQueue.dlq, [
      {
        sid: "TakeWhatTheTopicCouldNotDeliver",
        actions: ["sqs:SendMessage"],
        principals: [{ type: "Service", identifiers: ["sns.amazonaws.com"] }],
        condition: [
          { test: "ArnEquals", variable: "aws:SourceArn", values: [this.notificationsTopic.arn] },
          { test: "StringEquals", variable: "aws:SourceAccount", values: [account.accountId] },
        ],
      },
    ]);
  }
}
