import { HISTORY } from "../../src/contract/history";
import type { DynamoDb, Item } from "../aws/dynamodb";
import type { HistoryEntry, HistoryReader } from "./read-history";

const NAMES = { "#s": HISTORY.stream, "#c": HISTORY.cursor };

/** The history table in DynamoDB. */
export class HistoryTable implements HistoryReader {
  constructor(
    private readonly dynamoDb: DynamoDb,
    private readonly tableName: string,
    /** Epoch milliseconds by which a call must end. */
    private readonly deadline: number,
  ) {}

  /** Strongly consistent: the guarantee rests on it. */
  async page(
    stream: string,
    after: string,
    maxRows: number,
  ): Promise<{ readonly entries: HistoryEntry[]; readonly isLast: boolean }> {
    const { Items = [], LastEvaluatedKey } = await this.dynamoDb.query(
      {
        TableName: this.tableName,
        ConsistentRead: true,
        KeyConditionExpression: "#s = :s AND #c > :c",
        ExpressionAttributeNames: NAMES,
        ExpressionAttributeValues: { ":s": { S: stream }, ":c": { S: after } },
        // A page has at most 1 MB, however many rows it has.
        Limit: maxRows,
      },
      { deadline: this.deadline },
    );
    return { entries: Items.map(historyEntry), isLast: LastEvaluatedKey === undefined };
  }
}

function historyEntry(item: Item): HistoryEntry {
  return {
    cursor: item[HISTORY.cursor]?.S ?? "",
    id: item[HISTORY.id]?.S ?? "",
    data: item[HISTORY.data]?.S ?? "null",
    channel: item[HISTORY.channel]?.S,
    from: item[HISTORY.from]?.S,
    except: exceptedUsers(item[HISTORY.except]?.S),
  };
}

function exceptedUsers(json: string | undefined): ReadonlySet<unknown> | undefined {
  if (json === undefined) return undefined;
  const users: unknown = JSON.parse(json);
  return new Set(Array.isArray(users) ? users : []);
}
