import { REVOCATION } from "../../src/contract/tables";
import { AwsError } from "../aws/aws-error";
import { DynamoDb } from "../aws/dynamodb";
import type { Environment } from "../shared/environment";
import { type Revocations, RevocationsUnavailableError } from "./revocations";

/** The limit for all tries together: the client waits meanwhile, and the function has 10 s. */
const READ_TIMEOUT_MS = 4_000;

/**
 * The revocations table in DynamoDB. Reads are strongly consistent: once a revocation is written, no older token admits
 * anybody. A row is valid as long as it exists, even after its `delete_at`.
 */
export class RevocationsTable implements Revocations {
  readonly #dynamoDb: DynamoDb;

  constructor(
    private readonly tableName: string,
    environment: Environment,
    private readonly now: () => number,
  ) {
    this.#dynamoDb = new DynamoDb({ environment, now });
  }

  async issuedBefore(userId: string): Promise<number | undefined> {
    try {
      const { Item } = await this.#dynamoDb.getItem(
        {
          TableName: this.tableName,
          Key: { [REVOCATION.userId]: { S: userId } },
          ConsistentRead: true,
          ProjectionExpression: "#issued_before",
          ExpressionAttributeNames: { "#issued_before": REVOCATION.issuedBefore },
        },
        { deadline: this.now() + READ_TIMEOUT_MS },
      );
      if (Item === undefined) return undefined;
      const issuedBefore = Number(Item[REVOCATION.issuedBefore]?.N);
      if (!Number.isFinite(issuedBefore)) throw new RevocationsUnavailableError("malformed_row");
      return issuedBefore;
    } catch (error) {
      throw error instanceof AwsError ? new RevocationsUnavailableError(error.code) : error;
    }
  }
}
