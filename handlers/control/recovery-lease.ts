import { HISTORY } from "../../src/contract/history";
import { ConditionalCheckFailedError } from "../aws/aws-error";
import type { DynamoDb, UpdateItemInput } from "../aws/dynamodb";

/** The right to send a connection what it has missed. A connection has several slots, and each is one such right. */
export interface LeaseHolder {
  readonly connectionId: string;
  readonly slot: string;
  /** API Gateway's id of the frame that asks for it. */
  readonly frame: string;
}

/** `busy`: another frame has the lease. `repeated`: this frame has it, since SQS has delivered the frame twice. */
export type LeaseState = "taken" | "busy" | "repeated";

export interface RecoveryLease {
  /** It may throw. */
  take(holder: LeaseHolder, now: number): Promise<LeaseState>;
  /** The slot is free again. It may throw: then the lease ends by itself. */
  give(holder: LeaseHolder, now: number): Promise<void>;
}

/** A little longer than the longest recovery, for a function that dies in the middle. */
export const LEASE_MILLISECONDS = 30_000;
/** DynamoDB's TTL removes the rows of leases. */
const ROW_SECONDS = 3_600;

/** Attribute names of a lease. */
const UNTIL = "until";
const FRAME = "frame";
/** No stream of notifications has this prefix. */
const LEASE_PREFIX = "lease:";

/**
 * Leases in the history table, for all functions: without them, each function would begin a recovery for a client that
 * floods `recover`, and together they would use up the account's throttle.
 */
export class RecoveryLeases implements RecoveryLease {
  constructor(
    private readonly dynamoDb: DynamoDb,
    private readonly tableName: string,
    /** Epoch milliseconds by which a call must end. */
    private readonly deadline: number,
  ) {}

  async take(holder: LeaseHolder, now: number): Promise<LeaseState> {
    const until = now + LEASE_MILLISECONDS;
    const input = this.#setUntil(holder, until, now);
    try {
      const { Attributes: before } = await this.dynamoDb.updateItem(
        {
          ...input,
          ConditionExpression: "attribute_not_exists(#u) OR #u <= :now OR #f = :f",
          ExpressionAttributeValues: { ...input.ExpressionAttributeValues, ":now": { N: String(now) } },
          ReturnValues: "UPDATED_OLD",
        },
        { deadline: this.deadline },
      );
      const held = Number(before?.[UNTIL]?.N ?? 0);
      // If the row has this time already, the answer to this same write was lost, and it was sent again.
      return held > now && held !== until ? "repeated" : "taken";
    } catch (error) {
      if (error instanceof ConditionalCheckFailedError) return "busy";
      throw error;
    }
  }

  async give(holder: LeaseHolder, now: number): Promise<void> {
    await this.dynamoDb.updateItem(this.#setUntil(holder, now, now), { deadline: this.deadline });
  }

  #setUntil({ connectionId, slot, frame }: LeaseHolder, until: number, now: number): UpdateItemInput {
    return {
      TableName: this.tableName,
      Key: { [HISTORY.stream]: { S: LEASE_PREFIX + connectionId }, [HISTORY.cursor]: { S: slot } },
      UpdateExpression: "SET #u = :u, #d = :d, #f = :f",
      ExpressionAttributeNames: { "#u": UNTIL, "#d": HISTORY.deleteAt, "#f": FRAME },
      ExpressionAttributeValues: {
        ":u": { N: String(until) },
        ":d": { N: String(Math.ceil(now / 1_000) + ROW_SECONDS) },
        ":f": { S: frame },
      },
    };
  }
}
