import { BenchSession } from "../../bench/session";

const SECTION = "delivery, warm";

describe("BenchSession", () => {
  const session = (...words: string[]) => new BenchSession(words, () => {});

  it("wants every row but the slowest when no word is given", () => {
    expect(session().wants(SECTION, "SUMU: single")).toBe(true);
    expect(session().wants(SECTION, "SUMU: a million", { onlyWhenNamed: true })).toBe(false);
  });

  it("wants the rows whose section or name holds one of the words, in whatever case", () => {
    const asked = session("SINGLE", "cold");
    expect(asked.wants(SECTION, "SUMU: single")).toBe(true);
    expect(asked.wants("cold start", "node -e 0")).toBe(true);
    expect(asked.wants(SECTION, "SUMU: broadcast")).toBe(false);
  });

  it("wants a slow row by its own name only, not by its section's", () => {
    expect(session("delivery").wants(SECTION, "SUMU: a million", { onlyWhenNamed: true })).toBe(false);
    expect(session("million").wants(SECTION, "SUMU: a million", { onlyWhenNamed: true })).toBe(true);
  });

  it("knows the rows that it was asked about, and says what is measured", () => {
    const lines: string[] = [];
    const asked = new BenchSession(["nothing"], (line) => lines.push(line));
    asked.wants(SECTION, "SUMU: single");
    asked.progress("SUMU: single, round 1 of 5");
    expect(asked.known).toEqual(["SUMU: single"]);
    expect(lines).toEqual(["bench: SUMU: single, round 1 of 5"]);
  });
});
