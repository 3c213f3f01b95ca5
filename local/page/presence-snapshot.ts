import { ScanCommand } from "@aws-sdk/client-dynamodb";
import { PRESENCE } from "../../src/contract/tables";
import type { AwsClients } from "../backend/aws";
import type { StackInfo } from "../stack-info";

/** A user's state, in the form of a presence event. */
export interface PresenceState {
  readonly user_id: string;
  readonly status: string;
  readonly version: number;
}

/** A longer list would not help on a page. */
const MOST_USERS = 500;

/**
 * The users that are online, from the presence table: the state before the page's first event.
 *
 * @returns undefined when the stack keeps no presence
 */
export async function readPresence(
  { presence_table: table }: StackInfo,
  { dynamodb }: AwsClients,
): Promise<readonly PresenceState[] | undefined> {
  // Without a table the output is there too, and its name is null.
  if (!table?.name) return undefined;
  const users: PresenceState[] = [];
  let ExclusiveStartKey: Record<string, { S: string }> | undefined;
  do {
    const page = await dynamodb.send(
      new ScanCommand({
        TableName: table.name,
        FilterExpression: "#status = :online",
        ExpressionAttributeNames: { "#status": PRESENCE.status },
        ExpressionAttributeValues: { ":online": { S: "ONLINE" } },
        ConsistentRead: true,
        ExclusiveStartKey,
      }),
    );
    for (const item of page.Items ?? []) {
      users.push({
        user_id: item[PRESENCE.userId]?.S ?? "",
        status: item[PRESENCE.status]?.S ?? "",
        version: Number(item[PRESENCE.version]?.N),
      });
    }
    ExclusiveStartKey = page.LastEvaluatedKey as typeof ExclusiveStartKey;
  } while (ExclusiveStartKey !== undefined && users.length < MOST_USERS);
  return users.slice(0, MOST_USERS);
}
