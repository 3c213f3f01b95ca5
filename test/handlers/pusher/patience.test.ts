import type { PostResult } from "../../../handlers/aws/connections-api";
import { connections, SimulatedAws } from "../../../support/simulated-aws";

const START = Date.UTC(2026, 0, 1);
const to = (...users: string[]) => JSON.stringify({ users, data: "hi" });

/** The connections that a message on the queue is still for. */
const left = ({ queue }: SimulatedAws): string[] =>
  queue.flatMap(({ body }) =>
    JSON.parse(body).sumu_continuation.connections.map(([, connectionId]: string[]) => connectionId),
  );

describe("a connection that takes nothing", () => {
  it.each<[PostResult]>([[503], [410], ["reset"]])(
    "is handed over after a second when it answers %j, and the batch's others have theirs before",
    async (result) => {
      const others: number[] = [];
      const rows = [...connections(1, { connectedAt: START }), ...connections(20).slice(2)];
      const aws: SimulatedAws = new SimulatedAws({
        rows,
        answer: (id) => (id === "connection-0" ? result : 200),
        onDelivered: () => others.push(aws.clock.now() - START),
      });
      const batch = Array.from({ length: 10 }, (_, index) => to(`user-${index}`));
      expect(await aws.invoke(batch)).toEqual(Array(10).fill("done"));
      expect(aws.clock.now() - START).toBeLessThan(1_100);
      expect(Math.max(...others)).toBeLessThan(100);
      expect(left(aws)).toEqual(["connection-0"]);
      expect([aws.posts.get("connection-0"), aws.clock.pending]).toEqual([6, 0]);
    },
  );

  it("is handed over a second after the last of a broadcast's others", async () => {
    const aws = new SimulatedAws({
      rows: connections(9_000),
      answer: (id) => (id === "connection-0" ? 503 : 200),
    });
    let lastAt = 0;
    const counting = new SimulatedAws({
      rows: connections(9_000),
      onDelivered: () => {
        lastAt = counting.clock.now();
      },
    });
    await counting.invoke(['{"data":1}']);
    await aws.invoke(['{"data":1}']);
    const waited = aws.clock.now() - lastAt;
    expect(waited).toBeGreaterThan(900);
    expect(waited).toBeLessThan(1_200);
    expect([aws.deliveries.size, left(aws)]).toEqual([8_999, ["connection-0"]]);
  });

  it("is tried on for as long as others of its notification take theirs: a rate that is exceeded passes", async () => {
    // 3,000 a second, as an account's limit that others use too: thousands of 429 in three seconds.
    let taken = 0;
    const aws: SimulatedAws = new SimulatedAws({
      rows: connections(9_000),
      answer: () => {
        if (taken > (aws.clock.now() - START) * 3) return 429;
        taken++;
        return 200;
      },
    });
    await aws.invoke(['{"data":1}']);
    expect(aws.clock.now() - START).toBeGreaterThan(3_000);
    // Some of the last are in the middle of a long wait when the others are done.
    expect(aws.deliveries.size).toBeGreaterThan(8_900);
    await aws.drain();
    expect([...aws.deliveries.values()]).toEqual(Array(9_000).fill(1));
  });

  it("is not one that answers slowly", async () => {
    const aws = new SimulatedAws({
      rows: connections(200),
      latencyMs: 3_000,
      answer: (_, tries) => (tries === 1 ? 503 : 200),
      settings: { deliveryConcurrency: 16 },
    });
    await aws.invoke(['{"data":1}']);
    expect([aws.deliveries.size, aws.queue.length]).toEqual([200, 0]);
  });

  it("gets its message by a later invocation once it takes it, and once only", async () => {
    const aws: SimulatedAws = new SimulatedAws({
      rows: connections(2),
      answer: (id) => (id === "connection-1" && aws.clock.now() < START + 60_000 ? 429 : 200),
    });
    await aws.invoke([to("user-0")]);
    await aws.drain();
    expect([...aws.deliveries]).toEqual([
      ["connection-0", 1],
      ["connection-1", 1],
    ]);
    expect(aws.deadLetters).toEqual([]);
  });
});
