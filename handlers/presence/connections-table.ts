import { CONNECTION } from "../../src/contract/tables";
import type { DynamoDb, Item } from "../aws/dynamodb";
import type { ConnectionReader } from "./settle-user";

/**
 * Most users have a handful of connections, and 25 rows are less than the 4 KB that one read unit pays for. What
 * follows, for a user with very many or very many expired ones, comes in pages of DynamoDB's own size.
 */
const FIRST_PAGE_ROWS = 25;

/** The connections table in DynamoDB, asked whether a user has a row that counts. */
export class ConnectionsTable implements ConnectionReader {
  constructor(
    private readonly dynamoDb: DynamoDb,
    private readonly tableName: string,
    /** Epoch milliseconds by which a call has ended. */
    private readonly deadline: number,
  ) {}

  /**
   * Counts rows rather than fetching them, and stops at the first page that has one. A row whose `delete_at` has passed
   * is gone, although DynamoDB may take days to remove it.
   */
  async isConnected(userId: string, now: number): Promise<boolean> {
    const nowSeconds = String(Math.floor(now / 1_000));
    let after: Item | undefined;
    do {
      const page = await this.dynamoDb.query(
        {
          TableName: this.tableName,
          ConsistentRead: true,
          Select: "COUNT",
          KeyConditionExpression: "#user_id = :user_id",
          // The original wrote text, which DynamoDB never expired: such a row is judged like any other.
          FilterExpression: "attribute_not_exists(#delete_at) OR #delete_at > :now OR #delete_at > :now_text",
          ExpressionAttributeNames: { "#user_id": CONNECTION.userId, "#delete_at": CONNECTION.deleteAt },
          ExpressionAttributeValues: {
            ":user_id": { S: userId },
            ":now": { N: nowSeconds },
            ":now_text": { S: nowSeconds },
          },
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
