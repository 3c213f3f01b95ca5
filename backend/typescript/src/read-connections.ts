import type { AttributeValue, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { AwsClient } from "./aws-client";

/** An open connection of a user. */
export interface StreamConnection {
  readonly connectionId: string;
  /** Whether the client has asked for protocol 2: its frames have an envelope. */
  readonly hasEnvelopes: boolean;
}

type Item = Readonly<Record<string, AttributeValue>>;

/** The open connections of users, strongly consistent. */
export async function readConnections(
  dynamodb: AwsClient,
  tableName: string,
  users: readonly string[],
  nowSeconds: number,
): Promise<readonly StreamConnection[]> {
  const found = await Promise.all(users.map((user) => readRows(dynamodb as DynamoDBClient, tableName, user)));
  return found
    .flat()
    .filter(({ delete_at }) => !(Number(delete_at?.N) <= nowSeconds))
    .map(({ connection_id, protocol }) => ({
      connectionId: connection_id?.S ?? "",
      hasEnvelopes: protocol?.N === "2",
    }));
}

async function readRows(dynamodb: Pick<DynamoDBClient, "send">, tableName: string, user: string): Promise<Item[]> {
  const { QueryCommand } = await import("@aws-sdk/client-dynamodb");
  const rows: Item[] = [];
  let after: Item | undefined;
  do {
    const page: { Items?: Item[]; LastEvaluatedKey?: Item } = await dynamodb.send(
      new QueryCommand({
        TableName: tableName,
        KeyConditionExpression: "user_id = :user",
        ExpressionAttributeValues: { ":user": { S: user } },
        ConsistentRead: true,
        ...(after && { ExclusiveStartKey: after }),
      }),
    );
    rows.push(...(page.Items ?? []));
    after = page.LastEvaluatedKey;
  } while (after !== undefined);
  return rows;
}
