import { GetItemCommand, paginateQuery, paginateScan } from "@aws-sdk/client-dynamodb";
import { CONNECTION } from "../../src/contract/tables";
import type { Stack } from "./stack";

/** An open connection. */
export interface OpenConnection {
  readonly userId: string;
  readonly connectionId: string;
  /** Epoch milliseconds. */
  readonly connectedAt: number;
}

/** The open connections of a user, or of everybody: then it reads the whole table. */
export async function readConnections(stack: Stack, user?: string): Promise<readonly OpenConnection[]> {
  const { dynamodb: client } = stack.clients;
  const TableName = await stack.connectionsTable();
  const pages =
    user === undefined
      ? paginateScan({ client }, { TableName })
      : paginateQuery(
          { client },
          {
            TableName,
            KeyConditionExpression: "#user = :user",
            ExpressionAttributeNames: { "#user": CONNECTION.userId },
            ExpressionAttributeValues: { ":user": { S: user } },
          },
        );
  const found: OpenConnection[] = [];
  for await (const { Items = [] } of pages) {
    for (const row of Items) {
      if (Number(row[CONNECTION.deleteAt]?.N ?? 0) * 1_000 <= stack.now()) continue;
      found.push({
        userId: row[CONNECTION.userId]?.S ?? "",
        connectionId: row[CONNECTION.connectionId]?.S ?? "",
        connectedAt: Number(row[CONNECTION.connectedAt]?.N ?? 0),
      });
    }
  }
  return found.sort((one, other) => one.connectedAt - other.connectedAt);
}

/** Whether the table has this connection now: a strongly consistent read. */
export async function hasConnection(stack: Stack, user: string, connectionId: string): Promise<true | undefined> {
  const Key = { [CONNECTION.userId]: { S: user }, [CONNECTION.connectionId]: { S: connectionId } };
  const TableName = await stack.connectionsTable();
  const { Item } = await stack.clients.dynamodb.send(new GetItemCommand({ TableName, Key, ConsistentRead: true }));
  return Item === undefined ? undefined : true;
}
