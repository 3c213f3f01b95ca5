import { REVOCATION_SECONDS } from "../../src/contract/limits";
import { REVOCATION } from "../../src/contract/tables";
import { ConditionalCheckFailedError } from "../aws/aws-error";
import type { DynamoDb } from "../aws/dynamodb";

/** Whose tokens admit nobody any more. */
export interface RevocationStore {
  /**
   * Makes the authorizer refuse the user's tokens that were issued before a time (epoch seconds). A later time that is
   * there already stays. Throws when that is not written by the deadline (epoch milliseconds).
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
    // A time in the future keeps the user out until then.
    const deleteAt = Math.max(nowSeconds, issuedBefore) + REVOCATION_SECONDS;
    try {
      await this.dynamoDb.updateItem(
        {
          TableName: this.tableName,
          Key: { [REVOCATION.userId]: { S: userId } },
          UpdateExpression: "SET #i = :i, #d = :d",
          ConditionExpression: "attribute_not_exists(#i) OR #i < :i",
          ExpressionAttributeNames: { "#i": REVOCATION.issuedBefore, "#d": REVOCATION.deleteAt },
          ExpressionAttributeValues: { ":i": { N: String(issuedBefore) }, ":d": { N: String(deleteAt) } },
        },
        { deadline },
      );
    } catch (error) {
      // The time that is there is the same, or later.
      if (!(error instanceof ConditionalCheckFailedError)) throw error;
    }
  }
}
