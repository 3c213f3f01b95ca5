import { SimulatedAws } from "../../../support/simulated-aws";

/** 42,000 users, the most that fit into a message: three characters each. */
const USERS = Array.from({ length: 42_000 }, (_, index) => index.toString(36).padStart(3, "0"));

/** Half the default time-out, so that ten such notifications take six invocations. */
const REMAINING_MS = 60_000;

describe("a notification to users who are offline", () => {
  it("is no failed attempt: ten to 42,000 users each are done, in as many invocations as it takes", async () => {
    const aws = new SimulatedAws({ rows: [] });
    const attempts: number[] = [];
    await aws.invoke(
      Array.from({ length: 10 }, (_, data) => JSON.stringify({ users: USERS, data })),
      REMAINING_MS,
    );
    while (aws.queue.length > 0) {
      const batch = aws.queue.splice(0, 10);
      attempts.push(...batch.map(({ body }) => JSON.parse(body).sumu_continuation.attempt));
      await aws.invoke(batch, REMAINING_MS);
    }
    expect(aws.deadLetters).toEqual([]);
    expect(new Set(attempts)).toEqual(new Set([1]));
    expect(aws.invocations).toBeGreaterThan(5);
    // Some reads that ran out of time are repeated.
    expect(aws.reads).toBeGreaterThanOrEqual(420_000);
  }, 180_000);

  it("is no failed attempt when the table has pages of rows whose time is up, or of users who are excluded", async () => {
    const rows = Array.from({ length: 400 }, (_, index) => ({
      userId: "excluded",
      connectionId: `connection-${index}`,
      connectedAt: Date.UTC(2025, 11, 31, 23),
      deleteAt: Date.UTC(2026, 0, 2) / 1_000,
    }));
    const aws = new SimulatedAws({ rows, pageRows: 1, settings: { broadcastSegments: 1 } });
    await aws.invoke([JSON.stringify({ exclude_users: ["excluded"], data: 1 })], 800);
    await aws.drain({ remainingMs: 800 });
    expect(aws.deadLetters).toEqual([]);
    expect(aws.invocations).toBeGreaterThan(5);
  });

  it("fails in the end when nothing at all is read in five attempts", async () => {
    const aws = new SimulatedAws({ rows: [] });
    await aws.invoke([JSON.stringify({ users: ["ann"], data: 1 })], 4);
    await aws.drain({ remainingMs: 4 });
    expect(aws.deadLetters.map(({ reason }) => reason)).toEqual(["out_of_time"]);
  });
});
