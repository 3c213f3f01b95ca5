import fc from "fast-check";
import {
  allows,
  formatGrants,
  isChannelName,
  isChannelPattern,
  parseGrants,
} from "../../../handlers/shared/channel-access";

const ALPHABET = [..."ABCXYZabcxyz0189_.:=@-"];
const name = fc.string({ unit: fc.constantFrom(...ALPHABET), minLength: 1, maxLength: 128 });
const pattern = fc.oneof(
  name,
  fc.string({ unit: fc.constantFrom(...ALPHABET), maxLength: 127 }).map((start) => `${start}*`),
);

/** Texts that look like names or patterns to somebody. */
const NO_NAMES = [
  "",
  "*",
  "room:*",
  "room:42*",
  "*room",
  "room 42",
  "room:42 ",
  " room:42",
  "room:42\n",
  "room:42\0",
  "room/42",
  "room;42",
  "room,42",
  "room#42",
  "zimmer:ü",
  "rооm:42", // Cyrillic о
  "room:4２", // full-width 2
  "room:42\u200b",
  "r\u006f\u0308om",
  "n".repeat(129),
  null,
  undefined,
  42,
  true,
  ["room:42"],
  { toString: () => "room:42" },
];

describe("allows", () => {
  it.each([
    [["room:42"], "room:42"],
    [["room:*"], "room:42"],
    [["room:*"], "room:"],
    [["*"], "anything.at-all_1:2=3@4"],
    [["other", "lobby"], "lobby"],
    [["user:*"], "user:alice"],
  ])("with %j, takes %s", (patterns, channel) => expect(allows(patterns, channel)).toBe(true));

  it.each([
    [[], "room:42"],
    [["room:42"], "room:421"],
    [["room:42"], "Room:42"],
    [["room:4?"], "room:42"],
    [["room:*"], "room"],
    [["room:*"], "xroom:42"],
    [["room.42"], "room:42"],
    [[""], "room:42"],
    [["channel:room:42"], "room:42"],
  ])("with %j, refuses %s", (patterns, channel) => expect(allows(patterns, channel)).toBe(false));

  it.each(NO_NAMES.map((value) => ({ value })))("refuses %j, even if everything is allowed", ({ value }) => {
    expect(allows(["*", "room:*", "room:42*", String(value)], value)).toBe(false);
  });

  it("takes a name exactly if a pattern is that name, or its beginning", () => {
    fc.assert(
      fc.property(fc.array(pattern, { maxLength: 8 }), name, (patterns, channel) => {
        const expected = patterns.some((each) => {
          const regex = each.replace(/[.]/g, "[.]").replace("*", ".*");
          return new RegExp(`^${regex}$`).test(channel);
        });
        expect(allows(patterns, channel)).toBe(expected);
      }),
      { seed: 19, numRuns: 2_000 },
    );
  });
});

describe("a name and a pattern", () => {
  it("have at most 128 characters", () => {
    expect([isChannelName("n".repeat(128)), isChannelName("n".repeat(129))]).toEqual([true, false]);
    expect([isChannelPattern(`${"n".repeat(127)}*`), isChannelPattern(`${"n".repeat(128)}*`)]).toEqual([true, false]);
  });

  it.each(NO_NAMES.map((value) => ({ value })))("are not both %j", ({ value }) => {
    expect(isChannelName(value)).toBe(false);
  });

  it.each(["**", "a*b", "*a", "a b*", "ü*", ""])("a pattern is not %j", (value) => {
    expect(isChannelPattern(value)).toBe(false);
  });
});

describe("grants", () => {
  it("are one text of two lists", () => {
    expect(formatGrants({ subscribe: ["room:*", "lobby"], post: ["room:42"] })).toBe("room:* lobby;room:42");
    expect(formatGrants({ subscribe: [], post: ["*"] })).toBe(";*");
    expect(formatGrants({ subscribe: [], post: [] })).toBe("");
  });

  it("come back as they were", () => {
    fc.assert(
      fc.property(fc.array(pattern), fc.array(pattern), (subscribe, post) => {
        expect(parseGrants(formatGrants({ subscribe, post }))).toEqual({ subscribe, post });
      }),
      { seed: 19 },
    );
  });

  it.each([undefined, "", "*", "room:*", "a;b;c", ";", ";;"])("of %j allow nothing", (text) => {
    expect(parseGrants(text)).toEqual({ subscribe: [], post: [] });
  });

  it("of a damaged text allow no more than its patterns say", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 40 }), (text) => {
        const { subscribe, post } = parseGrants(text);
        for (const each of [...subscribe, ...post])
          expect([text.includes(each), isChannelPattern(each)]).toEqual([true, true]);
      }),
      { seed: 19 },
    );
  });
});
