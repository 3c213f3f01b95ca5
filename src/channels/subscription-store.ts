import type { Construct } from "constructs";
import { SUBSCRIPTION, SUBSCRIPTIONS_BY_CONNECTION } from "../contract/channels";
import { KEY_IS_AN_INPUT, WRITE_TABLE_WITH_KEY } from "../encryption/encryption";
import type { FurtherRights } from "../lambda/further-rights";
import { OptionalStore, type OptionalStoreProps } from "../lambda/optional-store";
import { acceptFinding } from "../terraform/accepted-finding";

/** Which connections are in which channels, one row each. */
export class SubscriptionStore extends OptionalStore {
  constructor(scope: Construct, id: string, props: OptionalStoreProps) {
    super(scope, id, "subscriptions", props, {
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
    });
    acceptFinding(this.table, "CKV_AWS_119", KEY_IS_AN_INPUT);
  }

  /** Lets a function read the connections of a channel, and remove those that are gone. */
  get deliveryRights(): FurtherRights {
    const { arn } = this;
    return this.rights(
      [{ sid: "FindSubscriptions", actions: ["dynamodb:Query", "dynamodb:DeleteItem"], resources: [arn] }],
      WRITE_TABLE_WITH_KEY,
    );
  }

  /**
   * Lets a function subscribe and unsubscribe connections, remove the subscriptions of a connection, and send the posts of
   * clients.
   */
  membershipRights(connectionsTableArn: string, notificationsQueueArn: string): FurtherRights {
    const { arn } = this;
    return this.rights(
      [
        { sid: "FindConnection", actions: ["dynamodb:GetItem"], resources: [connectionsTableArn] },
        { sid: "KeepSubscriptions", actions: ["dynamodb:UpdateItem", "dynamodb:DeleteItem"], resources: [arn] },
        {
          sid: "FindSubscriptionsOfConnection",
          actions: ["dynamodb:Query"],
          resources: [`${arn}/index/${SUBSCRIPTIONS_BY_CONNECTION}`],
        },
        { sid: "PostToChannels", actions: ["sqs:SendMessage"], resources: [notificationsQueueArn] },
      ],
      WRITE_TABLE_WITH_KEY,
    );
  }
}
