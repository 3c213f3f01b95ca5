import { SUBSCRIPTION } from "../../src/contract/channels";
import type { DynamoDb, Item, QueryInput } from "../aws/dynamodb";
import { tookEffect } from "../aws/took-effect";
import type { Connection, ConnectionPage, PageKey } from "./connection";
import { connectionRow } from "./connections-table";
import type { ChannelRange, SubscriptionStore } from "./subscription";

const KEY_NAMES = { "#h": SUBSCRIPTION.channel };
const RANGE_NAMES = { "#c": SUBSCRIPTION.connectionId };
const ROW_NAMES = {
  ...RANGE_NAMES,
  "#u": SUBSCRIPTION.userId,
  "#a": SUBSCRIPTION.connectedAt,
  "#d": SUBSCRIPTION.deleteAt,
  "#p": SUBSCRIPTION.protocol,
  "#l": SUBSCRIPTION.left,
};

/** The subscriptions table in DynamoDB. */
export class SubscriptionsTable implements SubscriptionStore {
  constructor(
    private readonly dynamoDb: DynamoDb,
    private readonly tableName: string,
  ) {}

  async ofChannel(
    channel: string,
    { after, until }: ChannelRange,
    deadline: number,
    isConsistent: boolean,
    maxRows: number,
  ): Promise<ConnectionPage> {
    const end = until?.[SUBSCRIPTION.connectionId] as Item[string] | undefined;
    const { Items = [], LastEvaluatedKey } = await this.dynamoDb.query(
      {
        ...this.#channelQuery(channel, end),
        ConsistentRead: isConsistent || undefined,
        ProjectionExpression: Object.keys(ROW_NAMES).join(", "),
        ExpressionAttributeNames: { ...KEY_NAMES, ...ROW_NAMES },
        Limit: maxRows,
        ExclusiveStartKey: after as Item | undefined,
      },
      { deadline },
    );
    return { rows: Items.filter(isMember).map(connectionRow), next: LastEvaluatedKey };
  }

  async pageEnd(channel: string, after: PageKey | undefined, deadline: number): Promise<PageKey | undefined> {
    const { LastEvaluatedKey } = await this.dynamoDb.query(
      {
        ...this.#channelQuery(channel, undefined),
        Select: "COUNT",
        ExpressionAttributeNames: KEY_NAMES,
        ExclusiveStartKey: after as Item | undefined,
      },
      { deadline },
    );
    return LastEvaluatedKey;
  }

  async isIn(channel: string, connectionId: string, deadline: number): Promise<boolean> {
    const { Items = [] } = await this.dynamoDb.query(
      {
        TableName: this.tableName,
        ConsistentRead: true,
        KeyConditionExpression: "#h = :h AND #c = :c",
        ExpressionAttributeNames: { ...KEY_NAMES, ...RANGE_NAMES, "#l": SUBSCRIPTION.left },
        ExpressionAttributeValues: { ":h": { S: channel }, ":c": { S: connectionId } },
        ProjectionExpression: "#c, #l",
      },
      { deadline },
    );
    return Items.some(isMember);
  }

  async removeGone(channel: string, { connectionId }: Connection, deadline: number): Promise<void> {
    await this.dynamoDb.deleteItem({ TableName: this.tableName, Key: key(channel, connectionId) }, { deadline });
  }

  async removeExpired(
    channel: string,
    { connectionId }: Connection,
    nowSeconds: number,
    deadline: number,
  ): Promise<void> {
    // If it has no effect, the row is gone already.
    await tookEffect(
      this.dynamoDb.deleteItem(
        {
          TableName: this.tableName,
          Key: key(channel, connectionId),
          ConditionExpression: "#d <= :t",
          ExpressionAttributeNames: { "#d": SUBSCRIPTION.deleteAt },
          ExpressionAttributeValues: { ":t": { N: String(nowSeconds) } },
        },
        { deadline },
      ),
    );
  }

  #channelQuery(
    channel: string,
    end: Item[string] | undefined,
  ): Pick<QueryInput, "TableName" | "KeyConditionExpression" | "ExpressionAttributeValues"> {
    return {
      TableName: this.tableName,
      KeyConditionExpression: end === undefined ? "#h = :h" : "#h = :h AND #c <= :e",
      ExpressionAttributeValues: { ":h": { S: channel }, ...(end !== undefined && { ":e": end }) },
    };
  }
}

/** A connection that has left keeps its row, see {@link SUBSCRIPTION.left}. */
function isMember(item: Item): boolean {
  return item[SUBSCRIPTION.left]?.BOOL !== true;
}

function key(channel: string, connectionId: string): Item {
  return { [SUBSCRIPTION.channel]: { S: channel }, [SUBSCRIPTION.connectionId]: { S: connectionId } };
}
