import { handleUsers } from "../../../handlers/presence/handle-users";
import { type PresenceRecord, RecordError } from "../../../handlers/presence/presence-record";
import { PresenceRowError } from "../../../handlers/presence/presence-table";

/** For batches in which nothing is beyond help. */
const NEVER = {
  giveUp: () => Promise.reject(new Error("nothing to give up")),
  onFailure: () => undefined,
};
const record = (itemIdentifier: string, userId: string, lastSeenAt?: number): PresenceRecord => ({
  itemIdentifier,
  userId,
  lastSeenAt,
});

describe("settling a batch", () => {
  it("settles a user once, however many records name it, with the latest time of any", async () => {
    const settled: unknown[] = [];
    const failed = await handleUsers(
      [record("1", "alice", 10), record("2", "bob"), record("3", "alice", 30), record("4", "alice", 20)],
      { concurrency: 2, settle: async ({ userId, lastSeenAt }) => void settled.push([userId, lastSeenAt]), ...NEVER },
    );
    expect(settled).toEqual([
      ["alice", 30],
      ["bob", undefined],
    ]);
    expect(failed).toEqual([]);
  });

  it("reports all records of a user that fails, in the order of the batch, and no other's", async () => {
    const failures: unknown[] = [];
    const failed = await handleUsers(
      [record("1", "bob"), record("2", "alice"), record("3", "bob"), record("4", "alice"), record("5", "carol")],
      {
        concurrency: 16,
        settle: async ({ userId }) => {
          if (userId !== "bob") throw new Error(`no luck with ${userId}`);
        },
        ...NEVER,
        onFailure: (error, records) => failures.push([(error as Error).message, records]),
      },
    );
    expect(failed).toEqual(["2", "4", "5"]);
    expect(failures).toEqual([
      ["no luck with alice", ["2", "4"]],
      ["no luck with carol", ["5"]],
    ]);
  });

  it("gives up at once what no repeat can help, and settles the rest", async () => {
    const nameless = new RecordError("stream record has no Keys.user_id.S");
    const settled: string[] = [];
    const letters: unknown[] = [];
    const failures: unknown[] = [];
    const failed = await handleUsers(
      [record("1", "alice"), { itemIdentifier: "2", error: nameless }, record("3", "bob"), record("4", "alice")],
      {
        concurrency: 1,
        settle: async ({ userId }) => {
          if (userId === "alice") throw new PresenceRowError("a presence row's status is neither ONLINE nor OFFLINE");
          settled.push(userId);
        },
        giveUp: async (letter) => void letters.push(letter),
        onFailure: (_, records) => failures.push(records),
      },
    );
    expect([failed, settled]).toEqual([[], ["bob"]]);
    expect(letters).toEqual([
      { reason: "MALFORMED_RECORD", itemIdentifiers: ["2"] },
      { reason: "MALFORMED_ROW", userId: "alice", itemIdentifiers: ["1", "4"] },
    ]);
    expect(failures).toEqual([["2"], ["1", "4"]]);
  });

  it("reports what it could not give up, so that nothing is lost", async () => {
    const error = new RecordError("stream record has no Keys.user_id.S");
    const failures: unknown[] = [];
    const failed = await handleUsers([{ itemIdentifier: "2", error }], {
      concurrency: 1,
      settle: async () => undefined,
      giveUp: async () => {
        throw new Error("no such queue");
      },
      onFailure: (cause, records) => failures.push([(cause as Error).message, records]),
    });
    expect(failed).toEqual(["2"]);
    expect(failures).toEqual([
      ["stream record has no Keys.user_id.S", ["2"]],
      ["no such queue", ["2"]],
    ]);
  });

  it("settles as many users side by side as it may, and no more", async () => {
    let running = 0;
    let peak = 0;
    const records = Array.from({ length: 100 }, (_, index) => record(String(index), `user ${index}`));
    await handleUsers(records, {
      concurrency: 16,
      settle: async () => {
        peak = Math.max(peak, ++running);
        await new Promise(setImmediate);
        running--;
      },
      ...NEVER,
    });
    expect(peak).toBe(16);
  });

  it("has nothing to do for an empty batch", async () => {
    const settle = async () => Promise.reject(new Error("nobody to settle"));
    expect(await handleUsers([], { concurrency: 16, settle, ...NEVER })).toEqual([]);
  });
});
