import { DataAwsIamPolicyDocument } from "@cdktf/provider-aws/lib/data-aws-iam-policy-document";
import { SnsTopic } from "@cdktf/provider-aws/lib/sns-topic";
import { SqsQueuePolicy } from "@cdktf/provider-aws/lib/sqs-queue-policy";
import { Construct } from "constructs";
import { NAME_SUFFIXES, physicalName } from "../names";
import type { AwsAccount } from "../terraform/aws-account";
import { QueueWithDlq } from "./queue-with-dlq";

export interface IntegrationProps {
  readonly account: AwsAccount;
  readonly prefix: string;
}

/**
 * Where the backend meets SUMU. Notifications come in by topic or queue and go to sockets; messages that clients publish
 * or send, and presence, go out by topic or queue.
 */
export class Integration extends Construct {
  /** In: the backend publishes notifications. */
  readonly notificationsTopic: SnsTopic;
  /** In: the backend sends notifications. */
  readonly notificationsQueue: QueueWithDlq;
  /** Out: what clients publish. */
  readonly messagesTopic: SnsTopic;
  /** Out: what clients send. */
  readonly messagesQueue: QueueWithDlq;

  constructor(scope: Construct, id: string, props: IntegrationProps) {
    super(scope, id);
    const { account, prefix } = props;
    this.notificationsTopic = new SnsTopic(this, "notifications_topic", {
      name: physicalName(prefix, NAME_SUFFIXES.notifications),
    });
    this.notificationsQueue = new QueueWithDlq(this, "notifications", {
      name: physicalName(prefix, NAME_SUFFIXES.notifications),
      dlqName: physicalName(prefix, NAME_SUFFIXES.notificationsDlq),
    });
    this.messagesTopic = new SnsTopic(this, "messages_topic", {
      name: physicalName(prefix, NAME_SUFFIXES.messages),
    });
    this.messagesQueue = new QueueWithDlq(this, "messages", {
      name: physicalName(prefix, NAME_SUFFIXES.messages),
      dlqName: physicalName(prefix, NAME_SUFFIXES.messagesDlq),
    });

    const document = new DataAwsIamPolicyDocument(this, "notifications_dlq_policy_document", {
      statement: [
        {
          sid: "TakeWhatTheTopicCouldNotDeliver",
          actions: ["sqs:SendMessage"],
          resources: [this.notificationsQueue.dlqArn],
          principals: [{ type: "Service", identifiers: ["sns.amazonaws.com"] }],
          condition: [
            { test: "ArnEquals", variable: "aws:SourceArn", values: [this.notificationsTopic.arn] },
            { test: "StringEquals", variable: "aws:SourceAccount", values: [account.accountId] },
          ],
        },
      ],
    });
    new SqsQueuePolicy(this, "notifications_dlq_queue_policy", {
      queueUrl: this.notificationsQueue.dlqUrl,
      policy: document.json,
    });
  }
}
