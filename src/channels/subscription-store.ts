import { DynamodbTable } from "@cdktf/provider-aws/lib/dynamodb-table";
import type { IResolvable } from "cdktf";
import { Construct } from "constructs";
import { SUBSCRIPTION, SUBSCRIPTIONS_BY_CONNECTION } from "../contract/channels";
import { type Encryption, KEY_IS_AN_INPUT, WRITE_TABLE_WITH_KEY } from "../encryption/encryption";
import type { FurtherRights } from "../lambda/further-rights";
import type { OptionalVariable } from "../lambda/optional-environment";
import { NAME_SUFFIXES, physicalName } from "../names";
import { acceptFinding } from "../terraform/accepted-finding";
import { attributeOf } from "../terraform/attribute";
import type { Existence } from "../terraform/existence";

export interface SubscriptionStoreProps {
  readonly prefix: string;
  readonly encryption: Encryption;
  readonly deletionProtection: boolean | IResolvable;
  /** When the table exists. */
  readonly existence: Existence;
}

/** Which connections are in which channels, one row each. */
export class SubscriptionStore extends Construct {
  /** The table, for attributes that this class does not have. */
  readonly table: DynamodbTable;
  /** When the table exists. */
  readonly existence: Existence;

  constructor(scope: Construct, id: string, props: SubscriptionStoreProps) {
    super(scope, id);
    this.existence = props.existence;
    this.table = new DynamodbTable(this, "subscriptions", {
      count: props.existence.count,
      name: physicalName(props.prefix, NAME_SUFFIXES.subscriptions),
      billingMode: "PAY_PER_REQUEST",
      hashKey: SUBSCRIPTION.channel,
      rangeKey: SUBSCRIPTION.connectionId,
      attribute: [
        { name: SUBSCRIPTION.channel, type: "S" },
        { name: SUBSCRIPTION.connectionId, type: "S" },
      ],
      globalSecondaryIndex: [
        {
          name: SUBSCRIPTIONS_BY_CONNECTION,
          hashKey: SUBSCRIPTION.connectionId,
          rangeKey: SUBSCRIPTION.channel,
          projectionType: "INCLUDE",
          nonKeyAttributes: [SUBSCRIPTION.left],
        },
      ],
      ttl: { attributeName: SUBSCRIPTION.deleteAt, enabled: true },
      pointInTimeRecovery: { enabled: true },
      serverSideEncryption: props.encryption.tableArguments,
      deletionProtectionEnabled: props.deletionProtection,
    });
    acceptFinding(this.table, "CKV_AWS_119", KEY_IS_AN_INPUT);
  }

  /** The environment variable with the table's name, for a function that exists with the table. */
  environment(name: string): readonly OptionalVariable[] {
    const { condition, exists } = this.existence;
    return [{ name, value: attributeOf(this.table, "name"), when: condition ?? exists }];
  }

  /** Lets a function read the connections of a channel, and remove those that are gone. */
  get deliveryRights(): FurtherRights {
    const { arn } = this;
    return this.rights([
      { sid: "FindSubscriptions", actions: ["dynamodb:Query", "dynamodb:DeleteItem"], resources: [arn] },
    ]);
  }

  /**
   * Lets a function subscribe and unsubscribe connections, remove the subscriptions of a connection, and send the posts of
   * clients.
   */
  membershipRights(connectionsTableArn: string, notificationsQueueArn: string): FurtherRights {
    const { arn } = this;
    return this.rights([
      { sid: "FindConnection", actions: ["dynamodb:GetItem"], resources: [connectionsTableArn] },
      { sid: "KeepSubscriptions", actions: ["dynamodb:UpdateItem", "dynamodb:DeleteItem"], resources: [arn] },
      {
        sid: "FindSubscriptionsOfConnection",
        actions: ["dynamodb:Query"],
        resources: [`${arn}/index/${SUBSCRIPTIONS_BY_CONNECTION}`],
      },
      { sid: "PostToChannels", actions: ["sqs:SendMessage"], resources: [notificationsQueueArn] },
    ]);
  }

  private get arn(): string {
    return attributeOf(this.table, "arn");
  }

  private rights(statements: FurtherRights["statements"]): FurtherRights {
    return {
      name: "subscriptions",
      existence: this.existence,
      statements,
      keyUses: [{ sid: "UseKeyOfSubscriptions", actions: WRITE_TABLE_WITH_KEY, via: ["dynamodb"] }],
    };
  }
}
