import { DescribeTableCommand, DescribeTimeToLiveCommand, type DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { ifExists } from "./if-exists";

export interface TableState {
  readonly status: string;
  /** `KEYS_ONLY` or another view. Undefined: the table has no stream. */
  readonly streamView?: string;
  /** The attribute by which DynamoDB deletes old rows. Undefined: it deletes none. */
  readonly timeToLive?: string;
  readonly indexes: readonly IndexState[];
}

export interface IndexState {
  readonly name: string;
  readonly status: string;
  /** Its hash key, then its range key. */
  readonly keys: readonly string[];
}

/** Undefined if there is no such table. */
export async function readTable(dynamodb: DynamoDBClient, TableName: string): Promise<TableState | undefined> {
  const found = await ifExists(dynamodb.send(new DescribeTableCommand({ TableName })));
  if (found?.Table === undefined) return undefined;
  const { TableStatus = "", StreamSpecification, GlobalSecondaryIndexes = [] } = found.Table;
  const { TimeToLiveDescription: ttl } = await dynamodb.send(new DescribeTimeToLiveCommand({ TableName }));
  return {
    status: TableStatus,
    streamView: StreamSpecification?.StreamEnabled ? StreamSpecification.StreamViewType : undefined,
    timeToLive: ttl?.TimeToLiveStatus?.startsWith("ENABL") ? ttl.AttributeName : undefined,
    indexes: GlobalSecondaryIndexes.map(({ IndexName = "", IndexStatus = "", KeySchema = [] }) => ({
      name: IndexName,
      status: IndexStatus,
      keys: KeySchema.map(({ AttributeName = "" }) => AttributeName),
    })),
  };
}
