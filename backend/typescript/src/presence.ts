import type { AttributeValue, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { AwsClient } from "./aws-client";
import type { Message, PresenceChange } from "./message";

/** A user's row in the presence table. */
export type PresenceState = PresenceChange;

type Item = Readonly<Record<string, AttributeValue>>;

/** Whether a user has an open connection. A user who was never connected is offline. */
export async function readIsOnline(dynamodb: AwsClient, tableName: string, userId: string): Promise<boolean> {
  const { GetItemCommand } = await import("@aws-sdk/client-dynamodb");
  const { Item } = await (dynamodb as DynamoDBClient).send(
    new GetItemCommand({ TableName: tableName, Key: { user_id: { S: userId } }, ConsistentRead: true }),
  );
  return Item?.status?.S === "ONLINE";
}

/** The rows of the presence table, page by page. */
export async function* readPresence(
  dynamodb: AwsClient,
  tableName: string,
  includeOffline: boolean,
): AsyncGenerator<PresenceState> {
  const { ScanCommand } = await import("@aws-sdk/client-dynamodb");
  let after: Item | undefined;
  do {
    const page: { Items?: Item[]; LastEvaluatedKey?: Item } = await (dynamodb as DynamoDBClient).send(
      new ScanCommand({
        TableName: tableName,
        ...(!includeOffline && {
          FilterExpression: "#s = :online",
          ExpressionAttributeNames: { "#s": "status" },
          ExpressionAttributeValues: { ":online": { S: "ONLINE" } },
        }),
        ...(after && { ExclusiveStartKey: after }),
      }),
    );
    yield* (page.Items ?? []).map(stateOf);
    after = page.LastEvaluatedKey;
  } while (after !== undefined);
}

function stateOf({ user_id, status, changed_at, version }: Item): PresenceState {
  return {
    userId: user_id?.S ?? "",
    status: status?.S as PresenceState["status"],
    timestamp: Number(changed_at?.N),
    version: Number(version?.N),
  };
}

/**
 * Who is online, in memory. Follow the messages first, and then load the table (`sumu.presence({ includeOffline: true })`): the order
 * of arrival does not matter. The higher version stays, and each change is reported once.
 */
export class PresenceView {
  readonly #users = new Map<string, PresenceChange>();

  isOnline(userId: string): boolean {
    return this.#users.get(userId)?.status === "ONLINE";
  }

  /** @returns the change if it is new; undefined for a repeat, a late message or anything else */
  apply(message: Pick<Message, "presence">): PresenceChange | undefined {
    const change = message.presence;
    return change && this.#put(change) ? change : undefined;
  }

  /** @returns the state if it is new */
  load(state: PresenceState): PresenceChange | undefined {
    return this.#put(state) ? state : undefined;
  }

  #put(change: PresenceChange): boolean {
    if ((this.#users.get(change.userId)?.version ?? 0) >= change.version) return false;
    // OFFLINE stays too: without its version, a late ONLINE would look new.
    this.#users.set(change.userId, change);
    return true;
  }
}
