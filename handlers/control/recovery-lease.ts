import { HISTORY } from "../../src/contract/history";
import type { DynamoDb } from "../aws/dynamodb";
import { tookEffect } from "../aws/took-effect";

/** The right to recover on a connection. */
export interface RecoveryLease {
  /** Whether no other function recovers on this connection now. It may throw. */
  take(connectionId: string, now: number): Promise<boolean>;
  /** The connection's next recovery may begin. It may throw: then the lease ends by itself. */
  give(connectionId: string, now: number): Promise<void>;
}

/** A little longer than the longest recovery, for a function that dies in the middle. */
export const LEASE_MILLISECONDS = 30_000;
/** DynamoDB's TTL removes the rows of leases. */
const ROW_SECONDS = 3_600;

/** Attribute names of a lease. */
const UNTIL = "until";
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

  take(connectionId: string, now: number): Promise<boolean> {
    return tookEffect(
      this.#set(connectionId, now + LEASE_MILLISECONDS, now, {
        ConditionExpression: "attribute_not_exists(#u) OR #u <= :now",
        values: { ":now": { N: String(now) } },
      }),
    );
  }

  async give(connectionId: string, now: number): Promise<void> {
    await this.#set(connectionId, now, now, { values: {} });
  }

  async #set(
    connectionId: string,
    until: number,
    now: number,
    { ConditionExpression, values }: { ConditionExpression?: string; values: Readonly<Record<string, { N: string }>> },
  ): Promise<void> {
    await this.dynamoDb.updateItem(
      {
        TableName: this.tableName,
        Key: { [HISTORY.stream]: { S: LEASE_PREFIX + connectionId }, [HISTORY.cursor]: { S: "0" } },
        UpdateExpression: "SET #u = :u, #d = :d",
        ConditionExpression,
        ExpressionAttributeNames: { "#u": UNTIL, "#d": HISTORY.deleteAt },
        ExpressionAttributeValues: {
          ":u": { N: String(until) },
          ":d": { N: String(Math.ceil(now / 1_000) + ROW_SECONDS) },
          ...values,
        },
      },
      { deadline: this.deadline },
    );
  }
}
