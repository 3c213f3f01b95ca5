import { parseOptions } from "./options";
import { formatReport } from "./report";

const counts = {
  sent: { "to users": 150, "to everyone": 10 },
  killed: { gateway: 1 },
  calls: { through: 1_200 },
  clients: {},
  channels: {},
};
const options = { seconds: 30, clients: 20, seed: 7 };

describe("the report of a soak run", () => {
  it("says what happened, that nothing is wrong, and how to run it again", () => {
    expect(formatReport({ options, counts, faults: [], notes: [] })).toBe(
      [
        "sent    to users 150, to everyone 10",
        "killed  gateway 1",
        "calls   through 1200",
        "",
        "missing 0, twice 0, other faults 0",
        "seed 7. Again: npm run soak -- --seconds 30 --clients 20 --seed 7",
      ].join("\n"),
    );
  });

  it("names what is wrong, for whom and in which channel, and what is known about it", () => {
    const notes = ["user-2: presence status ONLINE"];
    const faults = [
      { kind: "missing", who: "user-1/1", id: "a", channel: "room:1" },
      { kind: "presence", who: "user-2" },
    ] as const;
    expect(formatReport({ options, counts, faults, notes }).split("\n").slice(4, -1)).toEqual([
      "missing 1, twice 0, other faults 1",
      "  presence 1: SUMU says that a user is online who is not, or the other way round",
      "  missing: user-1/1 room:1 a",
      "  presence: user-2",
      ...notes,
    ]);
  });

  it("ends a long list", () => {
    const faults = Array.from({ length: 50 }, (_, index) => ({ kind: "twice", who: "a", id: `${index}` }) as const);
    const lines = formatReport({ options, counts, faults, notes: [] }).split("\n");
    expect(lines).toHaveLength(27);
    expect(lines.at(-2)).toBe("  … and 30 more");
  });
});

describe("the options of a soak run", () => {
  it("have defaults, and a new seed each time", () => {
    expect(parseOptions([], () => 0.25)).toEqual({ seconds: 60, clients: 50, seed: 250_000 });
  });

  it("are taken as they are given", () => {
    const args = ["--seconds", "300", "--clients", "200", "--seed", "7"];
    expect(parseOptions(args, Math.random)).toEqual({ seconds: 300, clients: 200, seed: 7 });
  });

  it("give way to help", () => {
    expect(parseOptions(["--help"], Math.random)).toBeUndefined();
  });

  it.each([
    ["--seconds", "0", '--seconds must be a whole number from 1 to 86400, got "0"'],
    ["--clients", "many", '--clients must be a whole number from 1 to 1000, got "many"'],
    ["--seed", "", '--seed must be a whole number from 0 to 999999, got ""'],
  ])("reject %s %j", (name, value, message) => {
    expect(() => parseOptions([name, value], Math.random)).toThrow(message);
  });
});
