import { Construct } from "constructs";
import type { AwsAccount } from "../aws/aws-account";
import { type PolicyDocument, policyDocument } from "../aws/policy-document";
import { publisherStatements } from "../aws/publisher-statements";
import { NAME_SUFFIXES, physicalName } from "../names";
import { SEND_WITH_KEY } from "./encryption";

export interface KeyPolicyProps {
  readonly account: AwsAccount;
  readonly prefix: string;
  /** AWS services that publish to the notifications topic. @default - none */
  readonly topicPublishers?: readonly string[];
}

/**
 * The statements that only a key's own policy can have: for the services that use the key by themselves. IAM allows the
 * roles, because a key policy usually has a first statement that lets IAM decide. These statements name nothing that
 * depends on the key, so the key's policy can use them.
 */
export class KeyPolicy extends Construct {
  private readonly document: PolicyDocument;

  constructor(scope: Construct, id: string, props: KeyPolicyProps) {
    super(scope, id);
    const { accountId, partition, region } = props.account;
    const name = physicalName(props.prefix);
    const logGroupArn = `arn:${partition}:logs:${region}:${accountId}:log-group`;
    const topicArn = `arn:${partition}:sns:${region}:${accountId}:${physicalName(props.prefix, NAME_SUFFIXES.notifications)}`;
    // https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html#compatibility-with-aws-services
    const publishers = publisherStatements(props.account, props.topicPublishers ?? [], {
      sid: "PublishNotifications",
      actions: SEND_WITH_KEY,
      resources: THIS_KEY,
    });
    this.document = policyDocument(
      this,
      "key_policy_document",
      [
        {
          // https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
          sid: "KeepLogs",
          actions: [
            "kms:Decrypt",
            "kms:DescribeKey",
            "kms:Encrypt",
            "kms:GenerateDataKey",
            "kms:GenerateDataKeyWithoutPlaintext",
            "kms:ReEncryptFrom",
            "kms:ReEncryptTo",
          ],
          resources: THIS_KEY,
          principals: [{ type: "Service", identifiers: [`logs.${region}.amazonaws.com`] }],
          condition: [
            {
              test: "ArnLike",
              variable: "kms:EncryptionContext:aws:logs:arn",
              values: [`${logGroupArn}:/sumu/${name}-*`, `${logGroupArn}:${name}-*`],
            },
          ],
        },
        {
          // https://docs.aws.amazon.com/sns/latest/dg/sns-enable-encryption-for-topic-sqs-queue-subscriptions.html
          sid: "KeepWhatTheTopicCouldNotDeliver",
          actions: SEND_WITH_KEY,
          resources: THIS_KEY,
          principals: [{ type: "Service", identifiers: ["sns.amazonaws.com"] }],
          condition: [{ test: "ArnEquals", variable: "aws:SourceArn", values: [topicArn] }],
        },
      ],
      { optional: publishers },
    );
  }

  /** For `source_policy_documents` of the key's policy. */
  get json(): string {
    return this.document.json;
  }
}

/** In a key's policy, `*` is that key. */
const THIS_KEY = ["*"];
