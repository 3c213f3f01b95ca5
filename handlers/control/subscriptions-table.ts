import { SUBSCRIPTION, SUBSCRIPTIONS_BY_CONNECTION } from "../../src/contract/channels";
import { CONNECTION_ROW_SECONDS } from "../../src/contract/limits";
import { CONNECTION, PROTOCOLS } from "../../src/contract/tables";
import type { DynamoDb, Item } from "../aws/dynamodb";
import { tookEffect } from "../aws/took-effect";
import type { SubscribedConnection, Subscriptions } from "./subscriptions";

export interface SubscriptionsTableOptions {
  readonly dynamoDb: DynamoDb;
  readonly connectionsTable: string;
  readonly subscriptionsTable: string;
  /** Epoch milliseconds by which a call must end. */
  readonly deadline: number;
}

const NAMES = {
  "#u": SUBSCRIPTION.userId,
  "#a": SUBSCRIPTION.connectedAt,
  "#p": SUBSCRIPTION.protocol,
  "#t": SUBSCRIPTION.subscribedAt,
  "#d": SUBSCRIPTION.deleteAt,
  "#l": SUBSCRIPTION.left,
};

/** One after another, a connection with a thousand channels would keep the function busy for seconds. */
const REMOVED_AT_ONCE = 10;

const SET = "SET #u = :u, #a = :a, #p = :p, #t = :t, #d = :d";

/** The tables of connections and subscriptions in DynamoDB. */
export class SubscriptionsTable implements Subscriptions {
  constructor(private readonly options: SubscriptionsTableOptions) {}

  async connection(userId: string, connectionId: string, now: number): Promise<SubscribedConnection | undefined> {
    const { dynamoDb, connectionsTable, deadline } = this.options;
    const { Item: row } = await dynamoDb.getItem(
      {
        TableName: connectionsTable,
        Key: { [CONNECTION.userId]: { S: userId }, [CONNECTION.connectionId]: { S: connectionId } },
        ConsistentRead: true,
      },
      { deadline },
    );
    if (row === undefined) return undefined;
    const given = row[CONNECTION.deleteAt];
    // The original wrote text, and a row without a time is not of SUMU's making.
    const deleteAt = Number(given?.N ?? given?.S ?? Math.floor(now / 1_000) + CONNECTION_ROW_SECONDS);
    if (deleteAt * 1_000 <= now) return undefined;
    return { userId, connectionId, deleteAt, connectedAt: Number(row[CONNECTION.connectedAt]?.N ?? 0) };
  }

  async channelsOf(connectionId: string): Promise<ReadonlySet<string>> {
    const channels = new Set<string>();
    for await (const row of this.#rowsOf(connectionId)) {
      if (row[SUBSCRIPTION.left]?.BOOL !== true) channels.add(row[SUBSCRIPTION.channel]?.S ?? "");
    }
    return channels;
  }

  join(channel: string, connection: SubscribedConnection, timestamp: number): Promise<boolean> {
    return this.#decide(channel, connection, timestamp, {
      UpdateExpression: `${SET} REMOVE #l`,
      ConditionExpression: "attribute_not_exists(#t) OR #t <= :t",
    });
  }

  leave(channel: string, connection: SubscribedConnection, timestamp: number, mayJoin: boolean): Promise<boolean> {
    return this.#decide(channel, connection, timestamp, {
      UpdateExpression: `${SET}, #l = :l`,
      // Without a row, the comparison is false.
      ConditionExpression: mayJoin ? "attribute_not_exists(#t) OR #t < :t" : "#t < :t",
      more: { ":l": { BOOL: true } },
    });
  }

  async forget(connectionId: string): Promise<number> {
    let removed = 0;
    let channels: Item[string][] = [];
    const remove = async () => {
      await Promise.all(channels.map((channel) => this.#remove(channel, connectionId)));
      removed += channels.length;
      channels = [];
    };
    for await (const row of this.#rowsOf(connectionId)) {
      channels.push(row[SUBSCRIPTION.channel] ?? {});
      if (channels.length === REMOVED_AT_ONCE) await remove();
    }
    await remove();
    return removed;
  }

  async #remove(channel: Item[string], connectionId: string): Promise<void> {
    const { dynamoDb, subscriptionsTable, deadline } = this.options;
    const Key = { [SUBSCRIPTION.channel]: channel, ...keyOf(connectionId) };
    await dynamoDb.deleteItem({ TableName: subscriptionsTable, Key }, { deadline });
  }

  #decide(
    channel: string,
    { userId, connectionId, connectedAt, deleteAt }: SubscribedConnection,
    timestamp: number,
    { more, ...expressions }: { UpdateExpression: string; ConditionExpression: string; more?: Item },
  ): Promise<boolean> {
    const { dynamoDb, subscriptionsTable, deadline } = this.options;
    return tookEffect(
      dynamoDb.updateItem(
        {
          TableName: subscriptionsTable,
          Key: { [SUBSCRIPTION.channel]: { S: channel }, ...keyOf(connectionId) },
          ...expressions,
          ExpressionAttributeNames: NAMES,
          ExpressionAttributeValues: {
            ":u": { S: userId },
            ":a": { N: String(connectedAt) },
            // The route takes frames of this protocol only.
            ":p": { N: String(PROTOCOLS.envelopes) },
            ":t": { N: String(timestamp) },
            ":d": { N: String(deleteAt) },
            ...more,
          },
        },
        { deadline },
      ),
    );
  }

  async *#rowsOf(connectionId: string): AsyncGenerator<Item> {
    const { dynamoDb, subscriptionsTable, deadline } = this.options;
    let after: Item | undefined;
    do {
      const page = await dynamoDb.query(
        {
          TableName: subscriptionsTable,
          IndexName: SUBSCRIPTIONS_BY_CONNECTION,
          KeyConditionExpression: "#c = :c",
          ExpressionAttributeNames: { "#c": SUBSCRIPTION.connectionId },
          ExpressionAttributeValues: { ":c": { S: connectionId } },
          ExclusiveStartKey: after,
        },
        { deadline },
      );
      yield* page.Items ?? [];
      after = page.LastEvaluatedKey;
    } while (after !== undefined);
  }
}

function keyOf(connectionId: string): Item {
  return { [SUBSCRIPTION.connectionId]: { S: connectionId } };
}
