import { type DynamoDBClient, paginateScan } from "@aws-sdk/client-dynamodb";
import type { Message } from "./receive";

/** schemas/presence-event.schema.json. */
export interface PresenceEvent {
  readonly type: "presence";
  readonly message: Change;
}

export interface Change {
  readonly user_id: string;
  readonly status: "ONLINE" | "OFFLINE";
  /** Epoch milliseconds. */
  readonly timestamp: number;
  readonly version: number;
}

/**
 * Who is online, in memory. Follow the events first, and then load the table. The order of arrival does not matter: the
 * higher version stays, and each change is reported once.
 */
export class Presence {
  readonly #users = new Map<string, Change>();

  isOnline(userId: string): boolean {
    return this.#users.get(userId)?.status === "ONLINE";
  }

  /**
   * Applies a message. @returns the change if it is new; undefined for a repeated message, a late message or anything
   * else
   */
  apply({ source, body }: Pick<Message, "source" | "body">): Change | undefined {
    if (source !== "lambda.presence.watchdog") return undefined;
    const { message } = JSON.parse(body) as PresenceEvent;
    return this.#put(message) ? message : undefined;
  }

  /** Applies the presence table: the state before this process started. Gives the changes, as {@link apply} does. */
  async *load(client: DynamoDBClient, tableName: string): AsyncGenerator<Change> {
    for await (const { Items = [] } of paginateScan({ client }, { TableName: tableName })) {
      for (const { user_id, status, version, changed_at } of Items) {
        const change = {
          user_id: user_id?.S ?? "",
          status: status?.S as Change["status"],
          timestamp: Number(changed_at?.N),
          version: Number(version?.N),
        };
        if (this.#put(change)) yield change;
      }
    }
  }

  /**
   * SQS and SNS deliver at least once and in any order. If a version is not higher than the known version, it is
   * dropped.
   */
  #put(change: Change): boolean {
    if ((this.#users.get(change.user_id)?.version ?? 0) >= change.version) return false;
    // OFFLINE stays too: without its version, a late ONLINE would look new.
    this.#users.set(change.user_id, change);
    return true;
  }
}
