import { conditional, Fn, type IResolvable, Token } from "cdktf";
import type { AwsAccount } from "../aws/aws-account";
import type { OptionalStatements } from "../aws/policy-document";
import { type Condition, isGiven } from "../terraform/condition";
import { orElse } from "../terraform/or-else";
import { whenKnown } from "../terraform/when-known";

/** How long SQS reuses a data key before it asks KMS again, in seconds: SQS's own default. */
const DATA_KEY_REUSE_SECONDS = 300;

/** The key that SNS keeps for the account. Each publisher may use it, without a policy of its own. */
const SNS_KEY_ALIAS = "alias/aws/sns";

/** Why the scanner may report that a resource has no key of the caller. */
export const KEY_IS_AN_INPUT =
  "kms_key_arn is the caller's to give; without it the service encrypts with a key of its own.";

/** A role's rights to use the key, always through the service that stores the encrypted data. */
export interface KeyUse {
  readonly sid: string;
  readonly actions: readonly string[];
  /** Services: `sqs`, `dynamodb`. */
  readonly via: readonly string[];
  /** True: only for the service's own resources, which a grant needs. @default false */
  readonly forAwsResourcesOnly?: boolean;
}

/** @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html */
export const SEND_WITH_KEY = ["kms:Decrypt", "kms:GenerateDataKey"];
export const RECEIVE_WITH_KEY = ["kms:Decrypt"];

/** @see https://docs.aws.amazon.com/kms/latest/developerguide/services-dynamodb.html */
export const READ_TABLE_WITH_KEY = ["kms:Decrypt", "kms:DescribeKey"];
export const WRITE_TABLE_WITH_KEY = [
  ...READ_TABLE_WITH_KEY,
  "kms:Encrypt",
  "kms:GenerateDataKey",
  "kms:GenerateDataKeyWithoutPlaintext",
  "kms:ReEncryptFrom",
  "kms:ReEncryptTo",
];

const FOR_AWS_RESOURCES = { test: "Bool", variable: "kms:GrantIsForAWSResource", values: ["true"] };

/**
 * The rights that a release needs on the key of its function. Lambda encrypts the environment of the published version
 * and creates a grant for its cold starts. Lambda does both as the caller who updates the function.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars-encryption.html
 */
export const RELEASE_WITH_KEY: readonly KeyUse[] = [
  { sid: "UseKeyOfFunction", actions: ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt"], via: ["lambda"] },
  { sid: "LetLambdaUseKey", actions: ["kms:CreateGrant"], via: ["lambda"], forAwsResourcesOnly: true },
];

/**
 * The key that encrypts everything at rest: the caller's key, or else each service's own. A variable key may be null,
 * and a key that the same apply creates is not known at plan. So resources that depend on the key use a dynamic block,
 * whose number may be unknown. They do not use a `count`, whose number may not.
 */
export class Encryption {
  constructor(
    private readonly account: AwsAccount,
    /** Undefined, or null in Terraform, for the services' own keys. */
    readonly keyArn?: string,
    /** False: topics are not encrypted at rest, so that AWS services that may not use a key can publish. */
    private readonly encryptsTopics: Condition = true,
  ) {}

  /** The encryption of a queue: the key, or else SSE-SQS. */
  get queueArguments(): {
    readonly sqsManagedSseEnabled?: boolean | IResolvable;
    readonly kmsMasterKeyId?: string;
    readonly kmsDataKeyReusePeriodSeconds?: number;
  } {
    const { keyArn } = this;
    if (keyArn === undefined) return { sqsManagedSseEnabled: true };
    const hasKey = isGiven(keyArn);
    return {
      // Must be unset with a key: AWS refuses both true and false beside one.
      ...(hasKey !== true && { sqsManagedSseEnabled: conditional(hasKey, Token.nullValue(), true) }),
      kmsMasterKeyId: keyArn,
      kmsDataKeyReusePeriodSeconds:
        hasKey === true
          ? DATA_KEY_REUSE_SECONDS
          : Token.asNumber(conditional(hasKey, DATA_KEY_REUSE_SECONDS, Token.nullValue())),
    };
  }

  /**
   * The encryption of a topic: the key, or else SNS's own key, or none. API Gateway, the functions and the backend
   * publish through roles of this account, and SNS's own key is enough for them. AWS services that publish by
   * themselves, such as CloudWatch alarms, may not use SNS's own key, and nobody can change its policy.
   *
   * @see https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
   */
  get topicKeyId(): string | undefined {
    const { encryptsTopics } = this;
    if (encryptsTopics === false) return undefined;
    const keyId = orElse(this.keyArn, SNS_KEY_ALIAS);
    return encryptsTopics === true ? keyId : Token.asString(conditional(encryptsTopics, keyId, Token.nullValue()));
  }

  /**
   * The encryption of a table: the key, or else DynamoDB's own. Keep the block and say false: if it were omitted, an
   * existing table would keep its old key.
   */
  get tableArguments(): { readonly enabled: boolean | IResolvable; readonly kmsKeyArn?: string } {
    const { keyArn } = this;
    return { enabled: isGiven(keyArn), kmsKeyArn: keyArn };
  }

  /** The statements that let a role use the key, for its policy document. Without a key there are none. */
  statements(uses: readonly KeyUse[], functionArns: readonly string[] = []): OptionalStatements {
    const { keyArn } = this;
    if (keyArn === undefined) return { statement: [] };
    const all = [
      ...(functionArns.length === 0 ? [] : [readsEnvironment(functionArns)]),
      ...uses.map(({ sid, actions, via, forAwsResourcesOnly }) => ({
        sid,
        actions: [...actions],
        condition: [
          {
            test: "StringEquals",
            variable: "kms:ViaService",
            values: via.map((service) => `${service}.${this.account.region}.amazonaws.com`),
          },
          ...(forAwsResourcesOnly ? [FOR_AWS_RESOURCES] : []),
        ],
      })),
    ];
    return whenKnown<string, OptionalStatements>(
      keyArn,
      (known) => ({ statement: all.map((one) => ({ ...one, resources: [known] })) }),
      () => ({
        statement: [],
        dynamic: all.map((one) => ({
          for_each: this.keys,
          content: { ...one, resources: ["${statement.value}"] },
        })),
      }),
    );
  }

  /** The key as a list: with one element, or empty. */
  private get keys(): unknown {
    const { keyArn = "" } = this;
    return Fn.compact([keyArn]);
  }
}

/**
 * At a cold start, Lambda decrypts the environment as the function's role.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars-encryption.html
 */
function readsEnvironment(functionArns: readonly string[]) {
  return {
    sid: "ReadOwnEnvironment",
    actions: ["kms:Decrypt"],
    condition: [
      { test: "StringEquals", variable: "kms:EncryptionContext:aws:lambda:FunctionArn", values: [...functionArns] },
    ],
  };
}
