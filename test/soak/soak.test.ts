import { describeWithLocalAws } from "../support/local-aws";
import { formatReport } from "./report";
import type { SoakResult } from "./result";
import { runSoak } from "./soak";

/** A guard against a run that hangs. No check depends on time. */
const TIMEOUT_MILLISECONDS = 1_800_000;

describeWithLocalAws("SUMU, while everything breaks that may break,", () => {
  let result: SoakResult;
  beforeAll(async () => {
    result = await runSoak({ seconds: 30, clients: 12, seed: 7 });
  }, TIMEOUT_MILLISECONDS);

  it("loses nothing, repeats nothing, and knows who is in which channel and who is online", () => {
    if (result.faults.length > 0) console.error(formatReport(result));
    expect(result.faults).toEqual([]);
  });

  it("was really broken", () => {
    const { sent, killed, clients, channels } = result.counts;
    expect(sent).toMatchObject({ "to users": 150, "to everyone": 10, "to channels": 20 });
    expect(killed.gateway).toBe(1);
    // Each application wants two channels or more, at the beginning and when it comes back at the end.
    expect(channels.joined).toBeGreaterThanOrEqual(9 + 12);
    expect(channels["rows at the end"]).toBeGreaterThan(0);
    // Three of four clients come before things go wrong, and all clients come back at the end.
    expect(clients.recoveries).toBeGreaterThanOrEqual(9 + 12);
  });
});
