import { describeWithLocalAws } from "../support/local-aws";
import { formatReport } from "./report";
import { runSoak, type SoakResult } from "./soak";

/** A guard against a run that hangs. No check depends on time. */
const TIMEOUT_MILLISECONDS = 1_800_000;

describeWithLocalAws("SUMU, while everything breaks that may break,", () => {
  let result: SoakResult;
  beforeAll(async () => {
    result = await runSoak({ seconds: 30, clients: 12, seed: 7 });
  }, TIMEOUT_MILLISECONDS);

  it("loses nothing, repeats nothing, and knows who is online", () => {
    if (result.faults.length > 0) console.error(formatReport(result));
    expect(result.faults).toEqual([]);
  });

  it("was broken in earnest", () => {
    const { counts } = result;
    expect(counts["sent to users"]).toBe(150);
    expect(counts["sent to everyone"]).toBe(10);
    expect(counts["killed gateway"]).toBe(1);
    expect(counts.given).toBeGreaterThan(150);
    expect(counts["calls answered 429"]).toBeGreaterThan(0);
    expect(counts.recoveries).toBeGreaterThan(12);
  });
});
