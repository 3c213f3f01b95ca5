import { CONNECTION } from "../../src/contract/tables";
import type { DynamoDb, Item } from "../aws/dynamodb";
import type { ConnectionReader } from "./settle-user";

/**
 * Most users have only a few connections, and 25 rows are less than the 4 KB of one read unit. If a user has very many
 * rows, or very many expired rows, the next pages have DynamoDB's own size.
 */
const FIRST_PAGE_ROWS = 25;

/**
 * A filter for rows whose `delete_at` is in the future. The original wrote text, which DynamoDB never expired. Its rows
 * are filtered like all others.
 */
export const NOT_EXPIRED = {
  expression: "attribute_not_exists(#delete_at) OR #delete_at > :now OR #delete_at > :now_text",
  names: { "#delete_at": CONNECTION.deleteAt },
  /** @param now epoch milliseconds */
  valuesAt: (now: number): Item => {
    const seconds = String(Math.floor(now / 1_000));
    return { ":now": { N: seconds }, ":now_text": { S: seconds } };
  },
};

/** The connections table in DynamoDB. It answers whether a user has a valid row. */
export class ConnectionsTable implements ConnectionReader {
  constructor(
    private readonly dynamoDb: DynamoDb,
    private readonly tableName: string,
    /** Epoch milliseconds by which a call must end. */
    private readonly deadline: number,
  ) {}

  /**
   * Counts rows instead of reading them, and stops at the first page with a row. A row whose `delete_at` has passed
   * counts as gone, although DynamoDB may take days to remove it.
   */
  async isConnected(userId: string, now: number): Promise<boolean> {
    let after: Item | undefined;
    do {
      const page = await this.dynamoDb.query(
        {
          TableName: this.tableName,
          ConsistentRead: true,
          Select: "COUNT",
          KeyConditionExpression: "#user_id = :user_id",
          FilterExpression: NOT_EXPIRED.expression,
          ExpressionAttributeNames: { "#user_id": CONNECTION.userId, ...NOT_EXPIRED.names },
          ExpressionAttributeValues: { ":user_id": { S: userId }, ...NOT_EXPIRED.valuesAt(now) },
          Limit: after === undefined ? FIRST_PAGE_ROWS : undefined,
          ExclusiveStartKey: after,
        },
        { deadline: this.deadline },
      );
      if (page.Count > 0) return true;
      after = page.LastEvaluatedKey;
    } while (after !== undefined);
    return false;
  }
}
