import fc from "fast-check";
import type { PresenceRow } from "../../../handlers/presence/presence-row";
import { type DeviceStep, Simulation, type SimulationOptions } from "./support/simulation";

/** Most of it happens to one user: it is one user's records that get in each other's way. */
const USERS = ["alice", "alice", "alice", "bob", "zoë 💬"];
const HOUR = 3_600_000;

const deviceStep: fc.Arbitrary<DeviceStep> = fc.record({
  type: fc.oneof(
    { weight: 12, arbitrary: fc.constant("toggle" as const) },
    { weight: 1, arbitrary: fc.constant("vanish" as const) },
  ),
  user: fc.constantFrom(...USERS),
  device: fc.nat({ max: 2 }),
});
const shortWait = fc.record({ type: fc.constant("wait" as const), milliseconds: fc.nat({ max: 3_000 }) });
const graceWait = fc.record({ type: fc.constant("wait" as const), milliseconds: fc.nat({ max: 90_000 }) });
const longWait = fc.record({ type: fc.constant("wait" as const), milliseconds: fc.nat({ max: 3 * HOUR }) });
const sweep = fc.constant<DeviceStep>({ type: "sweep" });

const anything = fc.oneof(
  { weight: 12, arbitrary: deviceStep },
  { weight: 6, arbitrary: shortWait },
  { weight: 2, arbitrary: graceWait },
  { weight: 1, arbitrary: longWait },
  { weight: 1, arbitrary: sweep },
);
const history = fc.array(anything, { minLength: 1, maxLength: 30, size: "max" });
const seed = fc.integer();

/** What a consumer keeps that drops each version it has seen: the rows in the order of their first delivery. */
function withoutRepeats(simulation: Simulation, userId: string): PresenceRow[] {
  const seen = new Map<number, PresenceRow>();
  for (const event of simulation.published) {
    if (event.userId === userId && !seen.has(event.row.version)) seen.set(event.row.version, event.row);
  }
  return [...seen.values()];
}

const message = ({ status, version, changedAt }: PresenceRow) => ({ status, version, changedAt });

function expectTruth(simulation: Simulation): void {
  expect(simulation.unexpectedErrors).toEqual([]);
  expect(simulation.untrueVersions).toEqual([]);
  expect(simulation.untrueAtRest).toEqual([]);
  for (const userId of simulation.users) {
    const events = withoutRepeats(simulation, userId);
    const row = simulation.rows.get(userId);

    expect(events.map(({ version, status }) => `${version} ${status}`)).toEqual(
      events.map((_, index) => `${index + 1} ${index % 2 === 0 ? "ONLINE" : "OFFLINE"}`),
    );
    for (const [index, event] of events.entries()) {
      if (index > 0) expect(event.changedAt).toBeGreaterThan(events[index - 1]?.changedAt ?? 0);
    }
    for (const repeat of simulation.published.filter((event) => event.userId === userId)) {
      expect(message(repeat.row)).toEqual(message(events[repeat.row.version - 1] as PresenceRow));
    }

    expect(row?.status ?? "OFFLINE").toBe(simulation.isConnected(userId) ? "ONLINE" : "OFFLINE");
    expect([row?.version ?? 0, row?.announced ?? 0]).toEqual([events.length, events.length]);
    expect(row?.offlineSince).toBeUndefined();
  }
}

async function check(options: fc.Arbitrary<SimulationOptions>, numRuns: number, then = expectTruth): Promise<void> {
  await fc.assert(
    fc.asyncProperty(options, async (options) => {
      then(await new Simulation(options).run());
    }),
    { numRuns },
  );
}

jest.setTimeout(60_000);

describe("presence over 1,000 random histories of devices", () => {
  const parallelBatches = fc.integer({ min: 1, max: 4 });

  it("alternates, counts without gaps and ends in the truth, whatever is batched, repeated, interleaved or dies", async () => {
    await check(fc.record({ history, seed, parallelBatches, faults: fc.constant(true) }), 600);
  });

  it("does so with a grace too", async () => {
    const graceMilliseconds = fc.constantFrom(1_000, 30_000, 900_000);
    await check(fc.record({ history, seed, parallelBatches, graceMilliseconds, faults: fc.constant(true) }), 400);
  });

  it("sends each event exactly once when nothing fails, however many batches hold a user at once", async () => {
    await check(fc.record({ history, seed, parallelBatches }), 300, (simulation) => {
      expectTruth(simulation);
      for (const userId of simulation.users) {
        expect(simulation.published.filter((event) => event.userId === userId)).toHaveLength(
          simulation.rows.get(userId)?.version ?? 0,
        );
      }
    });
  });

  it("never says OFFLINE before the grace is over, seen from the last moment that the user had a device", async () => {
    const steps = fc.array(
      fc.oneof(
        { weight: 3, arbitrary: deviceStep },
        { weight: 1, arbitrary: shortWait },
        { weight: 2, arbitrary: graceWait },
      ),
      { minLength: 1, maxLength: 30, size: "max" },
    );
    const options = fc.record({
      history: steps,
      seed,
      parallelBatches,
      graceMilliseconds: fc.constant(30_000),
      prompt: fc.constant(true),
    });
    await check(options, 200, (simulation) => {
      expectTruth(simulation);
      for (const milliseconds of simulation.offlineAfterMilliseconds) {
        expect(milliseconds).toBeGreaterThanOrEqual(30_000);
        // The stream's grain and the queue's are a second each.
        expect(milliseconds).toBeLessThan(32_500);
      }
    });
  });
});
