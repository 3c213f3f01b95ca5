import { CONNECTION } from "../../src/contract/tables";
import type { DynamoDb, Item } from "../aws/dynamodb";
import { NOT_EXPIRED } from "./connections-table";
import type { UserConnection } from "./limit-connections";

/** A user's rows in the connections table, for the limit of connections. */
export class UserConnections {
  constructor(
    private readonly dynamoDb: DynamoDb,
    private readonly tableName: string,
    /** Epoch milliseconds by which a call must end. */
    private readonly deadline: number,
  ) {}

  async list(userId: string, now: number): Promise<readonly UserConnection[]> {
    const connections: UserConnection[] = [];
    let after: Item | undefined;
    do {
      const page = await this.dynamoDb.query(
        {
          TableName: this.tableName,
          ConsistentRead: true,
          KeyConditionExpression: "#user_id = :user_id",
          FilterExpression: NOT_EXPIRED.expression,
          ProjectionExpression: "#connection_id, #connected_at",
          ExpressionAttributeNames: {
            "#user_id": CONNECTION.userId,
            "#connection_id": CONNECTION.connectionId,
            "#connected_at": CONNECTION.connectedAt,
            ...NOT_EXPIRED.names,
          },
          ExpressionAttributeValues: { ":user_id": { S: userId }, ...NOT_EXPIRED.valuesAt(now) },
          ExclusiveStartKey: after,
        },
        { deadline: this.deadline },
      );
      connections.push(...(page.Items ?? []).map(connectionFrom));
      after = page.LastEvaluatedKey;
    } while (after !== undefined);
    return connections;
  }

  async remove(userId: string, connectionId: string): Promise<void> {
    await this.dynamoDb.deleteItem(
      {
        TableName: this.tableName,
        Key: { [CONNECTION.userId]: { S: userId }, [CONNECTION.connectionId]: { S: connectionId } },
      },
      { deadline: this.deadline },
    );
  }
}

/** A row without a time, as the original wrote it, counts as the oldest row. */
function connectionFrom(item: Item): UserConnection {
  return {
    connectionId: item[CONNECTION.connectionId]?.S ?? "",
    connectedAt: Number(item[CONNECTION.connectedAt]?.N ?? 0) || 0,
  };
}
