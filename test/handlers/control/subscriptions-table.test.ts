import type { DynamoDb, Item, QueryInput, UpdateItemInput } from "../../../handlers/aws/dynamodb";
import { SubscriptionsTable } from "../../../handlers/control/subscriptions-table";

const CONNECTION = { userId: "alice", connectionId: "c1", connectedAt: 1_000, deleteAt: 2 };

/** A table that knows the channels of one connection, in pages of 15. */
function tableOf(channels: readonly string[]) {
  const updates: UpdateItemInput[] = [];
  const removed: unknown[] = [];
  const flight = { now: 0, peak: 0 };
  const dynamoDb: Partial<DynamoDb> = {
    query: async ({ ExclusiveStartKey }: QueryInput) => {
      const from = Number(ExclusiveStartKey?.from?.N ?? 0);
      const Items: Item[] = channels.slice(from, from + 15).map((channel) => ({ channel: { S: channel } }));
      const isLast = from + 15 >= channels.length;
      return { Items, Count: Items.length, ...(!isLast && { LastEvaluatedKey: { from: { N: String(from + 15) } } }) };
    },
    deleteItem: async ({ Key }) => {
      flight.peak = Math.max(flight.peak, ++flight.now);
      await new Promise(setImmediate);
      flight.now--;
      removed.push(Key);
      return {};
    },
    updateItem: async (input) => {
      updates.push(input);
      return {};
    },
  };
  const table = new SubscriptionsTable({
    dynamoDb: dynamoDb as DynamoDb,
    connectionsTable: "connections",
    subscriptionsTable: "subscriptions",
    deadline: 60_000,
  });
  return { table, updates, removed, flight };
}

describe("the table of subscriptions", () => {
  it("removes every row of a connection that is gone, ten at a time", async () => {
    const channels = Array.from({ length: 47 }, (_, index) => `room:${index}`);
    const { table, removed, flight } = tableOf(channels);
    expect(await table.forget("c1")).toBe(47);
    expect(removed).toEqual(channels.map((channel) => ({ channel: { S: channel }, connection_id: { S: "c1" } })));
    expect(flight.peak).toBe(10);
  });

  it("writes that a connection has left, without a row only if a frame that joins may still come", async () => {
    const { table, updates } = tableOf([]);
    await table.leave("room:1", CONNECTION, 5, true);
    await table.leave("secret", CONNECTION, 5, false);
    expect(updates.map(({ Key, ConditionExpression }) => [Key.channel?.S, ConditionExpression])).toEqual([
      ["room:1", "attribute_not_exists(#t) OR #t < :t"],
      ["secret", "#t < :t"],
    ]);
  });
});
