import { REVOCATION_SECONDS } from "../../src/contract/limits";
import { REVOCATION } from "../../src/contract/tables";
import type { DynamoDb } from "../aws/dynamodb";
import { tookEffect } from "../aws/took-effect";

/** The users whose tokens are revoked. */
export interface RevocationStore {
  /**
   * Makes the authorizer refuse the user's tokens that were issued before a time (epoch seconds). If a later time is
   * already stored, it stays. Throws if the time is not written by the deadline (epoch milliseconds).
   */
  revoke(userId: string, issuedBefore: number, nowSeconds: number, deadline: number): Promise<void>;
}

/** The revocations table in DynamoDB. */
export class RevocationsTable implements RevocationStore {
  constructor(
    private readonly dynamoDb: DynamoDb,
    private readonly tableName: string,
  ) {}

  async revoke(userId: string, issuedBefore: number, nowSeconds: number, deadline: number): Promise<void> {
    // A future time keeps the user out until then.
    const deleteAt = Math.max(nowSeconds, issuedBefore) + REVOCATION_SECONDS;
    // If it has no effect, the stored time is the same or later.
    await tookEffect(
      this.dynamoDb.updateItem(
        {
          TableName: this.tableName,
          Key: { [REVOCATION.userId]: { S: userId } },
          UpdateExpression: "SET #i = :i, #d = :d",
          ConditionExpression: "attribute_not_exists(#i) OR #i < :i",
          ExpressionAttributeNames: { "#i": REVOCATION.issuedBefore, "#d": REVOCATION.deleteAt },
          ExpressionAttributeValues: { ":i": { N: String(issuedBefore) }, ":d": { N: String(deleteAt) } },
        },
        { deadline },
      ),
    );
  }
}
