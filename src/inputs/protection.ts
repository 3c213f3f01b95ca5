import type { IResolvable } from "cdktf";
import type { Inputs } from "./input";
import { fits, known, matches, regexCondition } from "./rule";

const SERVICE_PRINCIPAL = /^[a-z0-9-]+([.][a-z0-9-]+)*[.]amazonaws[.]com$/;

/** What protects the data that a SUMU stores. */
export interface ProtectionProps {
  /**
   * KMS key of the queues, topics, tables, log groups and functions' environments. Before the apply that sets it, the key's
   * policy must have the statements of {@link Sumu.kmsKeyPolicyJson}.
   * @default - keys of the services: SQS's and CloudWatch Logs' own, `alias/aws/sns`, DynamoDB's own, Lambda's own
   */
  readonly kmsKeyArn?: string;
  /**
   * False: the two topics are not encrypted at rest. An AWS service that publishes by itself cannot use `alias/aws/sns`. With
   * {@link kmsKeyArn} it can use that key, if {@link topicPublishers} names the service.
   * @default true
   */
  readonly encryptTopics?: boolean | IResolvable;
  /**
   * AWS services that may publish to the notifications topic by themselves, as service principals: `events.amazonaws.com`.
   * They may do so for this account only. EventBridge does not send an account, so it may publish for any account.
   * @default - none
   */
  readonly topicPublishers?: readonly string[];
  /**
   * True: AWS refuses to delete the tables, until an apply with false.
   * @default false
   */
  readonly deletionProtection?: boolean | IResolvable;
  /**
   * True: the roles and policies of the original module stay as they are. Two applies move a deployment of the original. The
   * first keeps them, so that every function and route always has its rights; there are no delivery pipelines yet. The
   * second, with false, deletes them and creates the pipelines. See docs/migration.md.
   * @default - true if `connectionsTableName` is `SumuConnections`, the original's table, else false
   */
  readonly keepOriginalRights?: boolean | IResolvable;
}

export const PROTECTION_INPUTS = {
  kmsKeyArn: {
    type: "string",
    description:
      "KMS key of queues, topics, tables, log groups and functions' environments. The key's policy must have the statements of the output kms_key_policy_json. Null: the services' own keys.",
    default: null,
    rule: matches(
      /^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key\/[A-Za-z0-9-]+$/,
      "kms_key_arn must be the ARN of a symmetric KMS key (arn:aws:kms:<region>:<account>:key/<id>; not an alias, because a policy cannot name an alias), or null for the keys of the services.",
    ),
    samples: {
      valid: [
        "arn:aws:kms:eu-west-1:123456789012:key/0b1c2d3e-4f56-7890-abcd-ef0123456789",
        "arn:aws-us-gov:kms:us-gov-west-1:123456789012:key/mrk-0b1c2d3e4f567890abcdef0123456789",
      ],
      invalid: [
        "alias/sumu",
        "",
        "0b1c2d3e-4f56-7890-abcd-ef0123456789",
        "arn:aws:kms:eu-west-1:123456789012:alias/sumu",
        "arn:aws:kms:eu-west-1:123456789012:key/a b",
      ],
    },
  },
  encryptTopics: {
    type: "bool",
    description:
      "False: the topics are not encrypted at rest, so that AWS services may publish by themselves. With kms_key_arn, name them in topic_publishers instead.",
    default: true,
  },
  topicPublishers: {
    type: "list(string)",
    description:
      "AWS services that may publish to the notifications topic by themselves, as service principals, such as events.amazonaws.com; kms_key_policy_json lets them use the key. Without kms_key_arn they need encrypt_topics = false as well.",
    default: [] as readonly string[],
    rule: {
      message:
        "topic_publishers must be a list of service principals such as events.amazonaws.com or cloudwatch.amazonaws.com, each once. Roles and accounts need no entry.",
      holds: (services) =>
        services.every((service) => fits(SERVICE_PRINCIPAL, service)) &&
        new Set(known(services)).size === known(services).length,
      condition: (ref) =>
        `alltrue([for service in ${ref} : ${regexCondition(SERVICE_PRINCIPAL, "service")}]) && length(distinct(${ref})) == length(${ref})`,
    },
    samples: {
      valid: [[], ["events.amazonaws.com"], ["cloudwatch.amazonaws.com", "s3.amazonaws.com"]],
      invalid: [
        ["events"],
        [""],
        ["*"],
        ["arn:aws:iam::123456789012:root"],
        ["events.amazonaws.com", "events.amazonaws.com"],
      ],
    },
  },
  deletionProtection: {
    type: "bool",
    description: "True: AWS refuses to delete the tables, until an apply with false.",
    default: false,
  },
  keepOriginalRights: {
    type: "bool",
    description:
      "True: the original's roles and policies stay while a deployment of the original moves, and there are no delivery pipelines yet. Null: true if connections_table_name is SumuConnections. Set false in the second apply of the move, which deletes them. See docs/migration.md.",
    default: null,
  },
} as const satisfies Inputs<ProtectionProps>;
