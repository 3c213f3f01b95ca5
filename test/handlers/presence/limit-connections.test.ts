import type { PostResult } from "../../../handlers/aws/connections-api";
import { LimitNotKeptError, limitConnections, type UserConnection } from "../../../handlers/presence/limit-connections";
import { OutOfTimeError } from "../../../handlers/presence/settle-user";

const NOW = 1_800_000_000_000;
const MINUTE = 60_000;

/** A user's connections, opened a minute after one another, the last an hour ago; and what API Gateway answers. */
class User {
  rows: UserConnection[];
  readonly deleted: string[] = [];
  readonly removed: string[] = [];
  closed = 0;
  now = NOW;

  constructor(
    count: number,
    readonly answer: (connectionId: string, attempt: number) => PostResult = () => 204,
  ) {
    this.rows = Array.from({ length: count }, (_, i) => ({
      connectionId: `c${i}`,
      connectedAt: NOW - 60 * MINUTE - (count - i) * MINUTE,
    }));
  }

  limit(limit: number, deadline = NOW + MINUTE) {
    return limitConnections(
      { userId: "alice", limit, deadline },
      {
        table: {
          list: async () => this.rows,
          remove: async (_, connectionId) => void this.removed.push(connectionId),
        },
        api: {
          close: async (connectionId) => {
            this.deleted.push(connectionId);
            return this.answer(connectionId, this.deleted.filter((id) => id === connectionId).length);
          },
        },
        clock: {
          now: () => this.now,
          after: (ms, callback) => {
            this.now += ms;
            queueMicrotask(callback);
            return () => undefined;
          },
        },
        onClosed: () => {
          this.closed++;
        },
      },
    );
  }
}

describe("limiting a user's connections", () => {
  it("closes the oldest beyond the limit, in whatever order the table has them", async () => {
    const user = new User(5);
    user.rows.reverse();
    expect(await user.limit(3)).toEqual({ closed: 2, gone: 0 });
    expect(user.deleted).toEqual(["c0", "c1"]);
    expect([user.closed, user.removed]).toEqual([2, []]);
  });

  it.each([[0], [2], [3]])("leaves a user with %i connections alone when 3 are allowed", async (count) => {
    const user = new User(count);
    expect(await user.limit(3)).toEqual({ closed: 0, gone: 0 });
    expect(user.deleted).toEqual([]);
  });

  it("closes 1,997 of 2,000", async () => {
    const user = new User(2_000);
    expect(await user.limit(3)).toEqual({ closed: 1_997, gone: 0 });
  });

  it("chooses the same connections each time, of those that opened at the same time too", async () => {
    const rows = ["b", "c", "a"].map((connectionId) => ({ connectionId, connectedAt: NOW - MINUTE }));
    for (const order of [rows, [...rows].reverse()]) {
      const user = new User(0);
      user.rows = order;
      await user.limit(1);
      expect(user.deleted).toEqual(["a", "b"]);
    }
  });

  it("takes a row without a time, as the original wrote it, for the oldest", async () => {
    const user = new User(2);
    user.rows.push({ connectionId: "old", connectedAt: 0 });
    await user.limit(2);
    expect(user.deleted).toEqual(["old"]);
  });

  it.each<readonly [PostResult, string]>([
    [410, "a connection that is gone"],
    [400, "an id that API Gateway never gave out"],
    ["unaddressable", "an id that no URL can contain"],
  ])("removes the row on %s, %s", async (status) => {
    const user = new User(4, (id) => (id === "c0" ? status : 204));
    expect(await user.limit(2)).toEqual({ closed: 1, gone: 1 });
    expect(user.removed).toEqual(["c0"]);
  });

  it("waits for a handshake to end instead of removing the row of a young connection", async () => {
    const user = new User(0, (_, attempt) => (attempt < 3 ? 410 : 204));
    user.rows = ["a", "b"].map((connectionId, i) => ({ connectionId, connectedAt: NOW - 100 + i }));
    expect(await user.limit(1)).toEqual({ closed: 1, gone: 0 });
    expect([user.deleted, user.removed]).toEqual([["a", "a", "a"], []]);
  });

  it.each<PostResult>([429, 500, "timeout", 403])("tries again after %s", async (answer) => {
    const user = new User(2, (_, attempt) => (attempt < 6 ? answer : 204));
    expect(await user.limit(1)).toEqual({ closed: 1, gone: 0 });
    expect(user.now - NOW).toBe(100 + 200 + 400 + 800 + 1_600);
  });

  it("rejects after six tries, with the answer's code, once it has tried all others", async () => {
    const user = new User(4, (id) => (id === "c0" ? 403 : 204));
    const error = await user.limit(1).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(LimitNotKeptError);
    expect(error).toMatchObject({ code: "status_403" });
    expect(user.deleted).toEqual([...Array(6).fill("c0"), "c1", "c2"]);
    expect(user.closed).toBe(2);
  });

  it("rejects at the deadline, so that the record is tried again", async () => {
    const user = new User(3, () => 429);
    await expect(user.limit(1, NOW + 500)).rejects.toBeInstanceOf(OutOfTimeError);
  });
});
