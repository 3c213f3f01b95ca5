import { paginateScan } from "@aws-sdk/client-dynamodb";
import type { LocalStack } from "../../local/local-stack";
import { SUBSCRIPTION } from "../../src/contract/channels";
import { untilSame } from "./compare";
import type { Device } from "./device";
import type { Questions } from "./questions";
import type { RowEvent } from "./record-channels";

const TABLE = "local-sumu-subscriptions";

/** Compares the channels that the open connections are in with the rows of the table. */
export function compareMemberships(
  stack: LocalStack,
  devices: readonly Device[],
  questions: Questions,
): Promise<readonly RowEvent[]> {
  const compare = async (): Promise<readonly RowEvent[]> => {
    const wanted = await wantedBy(devices);
    const rows = await readRows(stack);
    return [...new Set([...wanted.keys(), ...rows])].map((key) => {
      const [connectionId = "", channel = ""] = key.split(" ");
      const who = wanted.get(key) ?? connectionId;
      return { kind: "row", who, channel, isWanted: wanted.has(key), isInTable: rows.has(key) };
    });
  };
  return untilSame(questions, compare, ({ isWanted, isInTable }) => isWanted === isInTable);
}

/** The application of each membership, by `<connection id> <channel>`. */
async function wantedBy(devices: readonly Device[]): Promise<ReadonlyMap<string, string>> {
  const wanted = new Map<string, string>();
  for (const device of devices) {
    for (const { connectionId, refused } of await device.lines()) {
      for (const channel of device.wanted) {
        if (!refused.has(channel)) wanted.set(`${connectionId} ${channel}`, device.app);
      }
    }
  }
  return wanted;
}

/** The rows of connections that are in a channel, as `<connection id> <channel>`. */
async function readRows({ aws: { dynamodb: client } }: LocalStack): Promise<ReadonlySet<string>> {
  const rows = new Set<string>();
  const now = Date.now() / 1_000;
  for await (const { Items = [] } of paginateScan({ client }, { TableName: TABLE, ConsistentRead: true })) {
    for (const item of Items) {
      const hasEnded = Number(item[SUBSCRIPTION.deleteAt]?.N) <= now;
      if (item[SUBSCRIPTION.left]?.BOOL === true || hasEnded) continue;
      rows.add(`${item[SUBSCRIPTION.connectionId]?.S} ${item[SUBSCRIPTION.channel]?.S}`);
    }
  }
  return rows;
}
