import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy";
import { LambdaEventSourceMapping } from "@cdktf/provider-aws/lib/lambda-event-source-mapping";
import { Construct } from "constructs";
import { policyDocument } from "../aws/policy-document";
import type { Encryption } from "../encryption/encryption";
import { queuePolicy } from "../integration/queue-policy";
import { QueueWithDlq } from "../integration/queue-with-dlq";
import type { HandlerFunction } from "../lambda/handler-function";
import { NAME_SUFFIXES, physicalName } from "../names";
import { attributeOf, attributeOrEmpty } from "../terraform/attribute";

export interface PresenceGraceProps {
  readonly prefix: string;
  readonly encryption: Encryption;
  /** @default - the queue always exists */
  readonly count?: number;
}

/** The queue in which an OFFLINE waits. After the grace, it sends the user back to the watchdog. */
export class PresenceGrace extends Construct {
  private readonly count?: number;
  private readonly queue: QueueWithDlq;

  constructor(scope: Construct, id: string, props: PresenceGraceProps) {
    super(scope, id);
    this.count = props.count;
    this.queue = new QueueWithDlq(this, "queue", {
      count: props.count,
      name: physicalName(props.prefix, NAME_SUFFIXES.presenceGrace),
      dlqName: physicalName(props.prefix, NAME_SUFFIXES.presenceGraceDlq),
      encryption: props.encryption,
    });
    queuePolicy(this, "queue", this.queue.queue);
    queuePolicy(this, "dlq", this.queue.dlq);
  }

  /** The queue's URL, or an empty string if the queue does not exist. */
  get urlOrEmpty(): string {
    return attributeOrEmpty(this.queue.queue, "url");
  }

  /** Lets the watchdog send to the queue, and lets the queue invoke the watchdog. */
  connect(watchdog: HandlerFunction): void {
    const { count } = this;
    const waits = {
      sid: "WaitForGrace",
      actions: ["sqs:SendMessage", "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
      resources: [this.queue.arn],
    };
    const policy = policyDocument(this, "policy_document", [waits], { count });
    const rolePolicy = new IamRolePolicy(this, "role_policy", {
      count,
      name: "sumu-grace",
      role: watchdog.roleId,
      policy: attributeOf(policy, "json"),
    });
    new LambdaEventSourceMapping(this, "mapping", {
      count,
      eventSourceArn: this.queue.arn,
      functionName: watchdog.aliasArn,
      batchSize: 10,
      functionResponseTypes: ["ReportBatchItemFailures"],
      dependsOn: [rolePolicy],
    });
  }
}
