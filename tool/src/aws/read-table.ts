import { DescribeTableCommand, DescribeTimeToLiveCommand, type DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { ifExists } from "./if-exists";

export interface TableState {
  readonly status: string;
  /** `KEYS_ONLY` or another view. Undefined: the table has no stream. */
  readonly streamView?: string;
  /** The attribute by which DynamoDB deletes old rows. Undefined: it deletes none. */
  readonly timeToLive?: string;
}

/** Undefined if there is no such table. */
export async function readTable(dynamodb: DynamoDBClient, TableName: string): Promise<TableState | undefined> {
  const found = await ifExists(dynamodb.send(new DescribeTableCommand({ TableName })));
  if (found?.Table === undefined) return undefined;
  const { TableStatus = "", StreamSpecification } = found.Table;
  const { TimeToLiveDescription: ttl } = await dynamodb.send(new DescribeTimeToLiveCommand({ TableName }));
  return {
    status: TableStatus,
    streamView: StreamSpecification?.StreamEnabled ? StreamSpecification.StreamViewType : undefined,
    timeToLive: ttl?.TimeToLiveStatus?.startsWith("ENABL") ? ttl.AttributeName : undefined,
  };
}
