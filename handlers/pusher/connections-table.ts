import { CONNECTION_LIFETIME_SECONDS } from "../../src/contract/limits";
import { CONNECTION, PROTOCOLS } from "../../src/contract/tables";
import type { DynamoDb, Item, Page } from "../aws/dynamodb";
import { tookEffect } from "../aws/took-effect";
import type { Connection, ConnectionPage, ConnectionRow, ConnectionStore, PageKey, Segment } from "./connection";

const NAMES = {
  "#u": CONNECTION.userId,
  "#c": CONNECTION.connectionId,
  "#a": CONNECTION.connectedAt,
  "#d": CONNECTION.deleteAt,
  "#p": CONNECTION.protocol,
};
/**
 * A page of 1 MB has about 9,500 rows, 2 MB of JSON, and three times that as objects. DynamoDB charges both the same.
 */
const PAGE_ROWS = 2_000;

const PROJECTION = "#u, #c, #a, #d, #p";

/** The connections table in DynamoDB. */
export class ConnectionsTable implements ConnectionStore {
  constructor(
    private readonly dynamoDb: DynamoDb,
    private readonly tableName: string,
  ) {}

  /** Strongly consistent: an answer to a client that has just connected must find the client's row. */
  async ofUser(userId: string, after: PageKey | undefined, deadline: number): Promise<ConnectionPage> {
    const page = await this.dynamoDb.query(
      {
        TableName: this.tableName,
        ConsistentRead: true,
        KeyConditionExpression: "#u = :u",
        ProjectionExpression: PROJECTION,
        ExpressionAttributeNames: NAMES,
        ExpressionAttributeValues: { ":u": { S: userId } },
        ExclusiveStartKey: after as Item | undefined,
      },
      { deadline },
    );
    return connectionPage(page);
  }

  /**
   * Eventually consistent, at half the price, because a broadcast has no single moment. With history it is strongly
   * consistent. The very first page has DynamoDB's maximum size, because it decides whether the broadcast is split. The
   * other pages are short, to use less memory.
   */
  async ofEveryone(
    segment: Segment | undefined,
    after: PageKey | undefined,
    deadline: number,
    isConsistent = false,
  ): Promise<ConnectionPage> {
    const page = await this.dynamoDb.scan(
      {
        TableName: this.tableName,
        ConsistentRead: isConsistent || undefined,
        ProjectionExpression: PROJECTION,
        ExpressionAttributeNames: NAMES,
        Segment: segment?.index,
        TotalSegments: segment?.count,
        Limit: segment === undefined && after === undefined ? undefined : PAGE_ROWS,
        ExclusiveStartKey: after as Item | undefined,
      },
      { deadline },
    );
    return connectionPage(page);
  }

  async removeGone(connection: Connection, connectedBefore: number, deadline: number): Promise<void> {
    await this.#remove(
      connection,
      "attribute_not_exists(#a) OR #a <= :t",
      { "#a": CONNECTION.connectedAt },
      connectedBefore,
      deadline,
    );
  }

  async removeExpired(connection: Connection, nowSeconds: number, deadline: number): Promise<void> {
    await this.#remove(connection, "#d <= :t", { "#d": CONNECTION.deleteAt }, nowSeconds, deadline);
  }

  async #remove(
    { userId, connectionId }: Connection,
    condition: string,
    names: Readonly<Record<string, string>>,
    time: number,
    deadline: number,
  ): Promise<void> {
    // If it has no effect, the row is gone already, or a newer row has replaced it.
    await tookEffect(
      this.dynamoDb.deleteItem(
        {
          TableName: this.tableName,
          Key: { [CONNECTION.userId]: { S: userId }, [CONNECTION.connectionId]: { S: connectionId } },
          ConditionExpression: condition,
          ExpressionAttributeNames: names,
          ExpressionAttributeValues: { ":t": { N: String(time) } },
        },
        { deadline },
      ),
    );
  }
}

function connectionPage({ Items = [], LastEvaluatedKey }: Page): ConnectionPage {
  return { rows: Items.map(connectionRow), next: LastEvaluatedKey };
}

/** A connection from its row, or from the row of one of its subscriptions, which has the same attributes. */
export function connectionRow(item: Item): ConnectionRow {
  const connectedAt = Number(item[CONNECTION.connectedAt]?.N ?? 0);
  const givenDeleteAt = item[CONNECTION.deleteAt];
  // The original wrote text here, which DynamoDB never expired. Such a row is handled like all others.
  const deleteAt = Number(givenDeleteAt?.N ?? givenDeleteAt?.S ?? Number.POSITIVE_INFINITY);
  return {
    userId: item[CONNECTION.userId]?.S ?? "",
    connectionId: item[CONNECTION.connectionId]?.S ?? "",
    connectedAt,
    deleteAt,
    protocol: Number(item[CONNECTION.protocol]?.N) === PROTOCOLS.envelopes ? PROTOCOLS.envelopes : undefined,
    // One second, because the writer of the row may have cut off the fraction of a second.
    endsAt: deleteAt < connectedAt / 1_000 + CONNECTION_LIFETIME_SECONDS - 1 ? deleteAt : undefined,
  };
}
