import fc from "fast-check";
import { HARD_WORLD, RULES, type Rule, simulateContinuity, type World } from "./continuity-model";

const SEEDS = Array.from({ length: 50 }, (_, seed) => seed);
const LONG_LIVES: World = { ...HARD_WORLD, fails: 0.5, longestMs: 300_000 };
/** Each failure is the last attempt of its connection, and often comes long before the broadcast's end. */
const LONG_BROADCASTS: World = { vanishes: 0, isSlow: 0.5, fails: 0.05, isLast: 1, isDoubled: 0, longestMs: 100_000 };

/** In how many of 50 runs a device misses something, and in how many it gets something twice. */
function faulty(without: Rule | undefined, world: World): { readonly missing: number; readonly twice: number } {
  const reports = SEEDS.map((seed) => simulateContinuity(seed, without, world));
  return {
    missing: reports.filter(({ missing }) => missing > 0).length,
    twice: reports.filter(({ twice }) => twice > 0).length,
  };
}

const world = fc.record({
  vanishes: fc.double({ min: 0, max: 1, noNaN: true }),
  isSlow: fc.double({ min: 0, max: 0.25, noNaN: true }),
  fails: fc.double({ min: 0, max: 0.5, noNaN: true }),
  isLast: fc.constantFrom(0, 0.5, 1),
  isDoubled: fc.double({ min: 0, max: 1, noNaN: true }),
  longestMs: fc.constantFrom(10_000, 60_000, 300_000),
});

describe("a model of history and recovery", () => {
  it("gives every device each notification once, whatever vanishes, is slow, fails or comes twice", () => {
    fc.assert(
      fc.property(fc.nat(), world, (seed, each) => {
        const { missing, twice } = simulateContinuity(seed, undefined, each);
        expect({ missing, twice }).toEqual({ missing: 0, twice: 0 });
      }),
      { numRuns: 100, seed: 18 },
    );
  });

  it.each([HARD_WORLD, LONG_LIVES, LONG_BROADCASTS])("does so in each of 50 runs in the world %j", (hard) => {
    expect(faulty(undefined, hard)).toEqual({ missing: 0, twice: 0 });
  });

  it("goes through everything that the rules are for", () => {
    expect(simulateContinuity(1)).toEqual({
      missing: 0,
      twice: 0,
      vanished: 28,
      rewritten: 19,
      renotified: 676,
      retried: 550,
      recovered: 78,
    });
  });

  it.each<[Rule, World, { readonly missing: number; readonly twice: number }]>([
    ["writeThenRead", HARD_WORLD, { missing: 9, twice: 0 }],
    ["freshWhenRead", HARD_WORLD, { missing: 19, twice: 0 }],
    ["freshWhenPosted", HARD_WORLD, { missing: 34, twice: 0 }],
    ["retryForTheUser", HARD_WORLD, { missing: 41, twice: 0 }],
    ["closedAtLast", LONG_LIVES, { missing: 2, twice: 0 }],
    ["newerAtLast", LONG_BROADCASTS, { missing: 5, twice: 0 }],
    ["cursorWaits", HARD_WORLD, { missing: 9, twice: 0 }],
    ["idsKnown", HARD_WORLD, { missing: 0, twice: 50 }],
  ])("fails in these of 50 runs without the rule %s", (rule, hard, expected) => {
    expect([rule, RULES[rule], faulty(rule, hard)]).toEqual([rule, RULES[rule], expected]);
  });
});
