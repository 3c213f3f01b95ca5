import { HISTORY } from "../../src/contract/history";
import type { DynamoDb, Item } from "../aws/dynamodb";
import { failureCode } from "../shared/failure-code";
import type { HistoryRow, HistoryStore } from "./history-store";

/** The history table in DynamoDB. */
export class HistoryTable implements HistoryStore {
  constructor(
    private readonly dynamoDb: DynamoDb,
    private readonly tableName: string,
    readonly seconds: number,
  ) {}

  async write(rows: readonly HistoryRow[], deadline: number): Promise<ReadonlyMap<string, string>> {
    try {
      const { unwritten, code } = await this.dynamoDb.putItems(this.tableName, rows.map(item), { deadline });
      return new Map(unwritten.map((left) => [left[HISTORY.stream]?.S ?? "", code]));
    } catch (error) {
      return new Map(rows.map(({ stream }) => [stream, failureCode(error)]));
    }
  }
}

function item({ stream, cursor, id, data, channel, from, except, deleteAt }: HistoryRow): Item {
  return {
    [HISTORY.stream]: { S: stream },
    [HISTORY.cursor]: { S: cursor },
    [HISTORY.id]: { S: id },
    [HISTORY.data]: { S: data },
    ...(channel !== undefined && { [HISTORY.channel]: { S: channel } }),
    ...(from !== undefined && { [HISTORY.from]: { S: from } }),
    ...(except.length > 0 && { [HISTORY.except]: { S: JSON.stringify(except) } }),
    [HISTORY.deleteAt]: { N: String(deleteAt) },
  };
}
