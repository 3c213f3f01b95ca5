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
 * Who is online, in memory. Follow the events first and load the table then: whichever comes first, the higher version
 * stays, and is told once.
 */
export class Presence {
  readonly #users = new Map<string, Change>();

  isOnline(userId: string): boolean {
    return this.#users.get(userId)?.status === "ONLINE";
  }

  /** Takes a message in. @returns the change when it is news, undefined for a repeat, a latecomer, anything else */
  apply({ source, body }: Pick<Message, "source" | "body">): Change | undefined {
    if (source !== "lambda.presence.watchdog") return undefined;
    const { message } = JSON.parse(body) as PresenceEvent;
    return this.#put(message) ? message : undefined;
  }

  /** Takes the presence table in: the state of before this process began. Gives what is news, as {@link apply} does. */
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

  /** SQS and SNS deliver at least once and in any order: what is not newer than what is known is dropped. */
  #put(change: Change): boolean {
    if ((this.#users.get(change.user_id)?.version ?? 0) >= change.version) return false;
    // OFFLINE stays too: without its version, a late ONLINE would be believed.
    this.#users.set(change.user_id, change);
    return true;
  }
}
