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

const message = (row: PresenceRow | undefined) => row && [row.status, row.version, row.changedAt];

/** Each later than the one before, by version and by timestamp. */
function expectNeverBack(events: readonly PresenceRow[]): void {
  for (const [index, event] of events.slice(1).entries()) {
    expect(event.version).toBeGreaterThan(events[index]?.version ?? 0);
    expect(event.changedAt).toBeGreaterThan(events[index]?.changedAt ?? 0);
  }
}

function expectTruth(simulation: Simulation): void {
  expect(simulation.unexpectedErrors).toEqual([]);
  expect(simulation.untrueVersions).toEqual([]);
  expect(simulation.untrueAtRest).toEqual([]);
  for (const userId of simulation.users) {
    const events = withoutRepeats(simulation, userId);
    const row = simulation.rows.get(userId);

    expect(events.map(({ status }) => status)).toEqual(
      events.map((_, index) => (index % 2 === 0 ? "ONLINE" : "OFFLINE")),
    );
    expectNeverBack(events);
    for (const repeat of simulation.published.filter((event) => event.userId === userId)) {
      expect(message(repeat.row)).toEqual(message(events.find(({ version }) => version === repeat.row.version)));
    }

    expect(row?.status ?? "OFFLINE").toBe(simulation.isConnected(userId) ? "ONLINE" : "OFFLINE");
    expect([row?.version, row?.announced ?? 0]).toEqual([events.at(-1)?.version, events.at(-1)?.version ?? 0]);
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

  it("alternates, never goes back and ends in the truth, whatever is batched, repeated, interleaved or dies", async () => {
    await check(fc.record({ history, seed, parallelBatches, faults: fc.constant(true) }), 600);
  });

  it("does so with a grace too", async () => {
    const graceMs = fc.constantFrom(1_000, 30_000, 900_000);
    await check(fc.record({ history, seed, parallelBatches, graceMs, faults: fc.constant(true) }), 400);
  });

  it("sends each event exactly once when nothing fails, however many batches hold a user at once", async () => {
    await check(fc.record({ history, seed, parallelBatches }), 300, (simulation) => {
      expectTruth(simulation);
      for (const userId of simulation.users) {
        expect(simulation.published.filter((event) => event.userId === userId)).toHaveLength(
          withoutRepeats(simulation, userId).length,
        );
      }
    });
  });

  it("never lets a version go back, although rows of the presence table are lost", async () => {
    const loss = fc.record({ type: fc.constant("lose" as const), user: fc.constantFrom(...USERS) });
    const steps = fc.array(fc.oneof({ weight: 4, arbitrary: anything }, { weight: 1, arbitrary: loss }), {
      minLength: 1,
      maxLength: 30,
      size: "max",
    });
    await check(fc.record({ history: steps, seed, parallelBatches, prompt: fc.constant(true) }), 300, (simulation) => {
      expect(simulation.unexpectedErrors).toEqual([]);
      for (const userId of simulation.users) expectNeverBack(withoutRepeats(simulation, userId));
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
      graceMs: fc.constant(30_000),
      prompt: fc.constant(true),
    });
    await check(options, 200, (simulation) => {
      expectTruth(simulation);
      for (const milliseconds of simulation.offlineAfterMs) {
        expect(milliseconds).toBeGreaterThanOrEqual(30_000);
        // The stream's grain and the queue's are a second each.
        expect(milliseconds).toBeLessThan(32_500);
      }
    });
  });
});
