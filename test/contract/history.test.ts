import fc from "fast-check";
import { channelStream, userStream } from "../../handlers/shared/history-stream";
import { cursorAt, cursorsFrom, cursorTime, historyBegins, historyDeleteAt } from "../../src/contract/history";

const times = fc.integer({ min: 1_000_000_000_000, max: 9_999_999_999_999 });
const uniques = fc.stringMatching(/^[0-9A-Za-z]{1,32}$/);

describe("a cursor", () => {
  it("has the time of the write, and a text that makes it unique", () => {
    expect(cursorAt(1_764_000_000_123, "7kQ")).toBe("1764000000123-7kQ");
    expect(cursorTime("1764000000123-7kQ")).toBe(1_764_000_000_123);
  });

  it("is in the order of time as text", () => {
    fc.assert(
      fc.property(times, times, uniques, uniques, (one, other, first, second) => {
        fc.pre(one < other);
        expect(cursorAt(one, first) < cursorAt(other, second)).toBe(true);
        expect(cursorsFrom(other) > cursorAt(one, first)).toBe(true);
        expect(cursorsFrom(one) <= cursorAt(one, first)).toBe(true);
        expect(cursorTime(cursorAt(one, first))).toBe(one);
      }),
    );
  });

  it.each([
    "",
    "0",
    "1764000000123",
    "1764000000123-",
    "176400000012-a",
    "1764000000123-a b",
    "1764000000123-é",
    "x-1",
  ])("is not %j", (text) => {
    expect(cursorTime(text)).toBeUndefined();
  });

  it("has 13 digits at any time", () => {
    expect([cursorAt(-5, "a"), cursorAt(12.9, "a"), cursorAt(1e20, "a")]).toEqual([
      "0000000000000-a",
      "0000000000012-a",
      "9999999999999-a",
    ]);
  });
});

describe("a notification in the history", () => {
  it("stays two hours and five minutes longer than history_seconds: as long as an idle connection's row", () => {
    expect(historyDeleteAt(1_764_000_000_001, 60)).toBe(1_764_000_001 + 60 + 7_500);
    expect(historyBegins(1_764_000_000_001, 60)).toBe(1_764_000_000_001 - 7_560_000);
  });

  it("is in the stream of its audience, and no name of one kind is a stream of another", () => {
    expect([userStream("alice"), channelStream("room:42"), userStream("everyone")]).toEqual([
      "user:alice",
      "channel:room:42",
      "user:everyone",
    ]);
  });

  it("is in a stream that DynamoDB accepts as a key, also for the longest user id", () => {
    const longest = userStream("a".repeat(2_043));
    const hashed = userStream("a".repeat(2_044));
    expect(longest).toBe(`user:${"a".repeat(2_043)}`);
    expect(hashed).toMatch(/^user-sha256:[0-9a-f]{64}$/);
    expect(userStream("ä".repeat(1_024))).not.toBe(hashed);
  });
});
