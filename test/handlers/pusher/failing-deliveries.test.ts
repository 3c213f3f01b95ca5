import { connections, SimulatedAws } from "../../../support/simulated-aws";

const toEveryone = JSON.stringify({ data: "hi" });
const CONNECTION_IDS = (count: number) => Array.from({ length: count }, (_, index) => `connection-${index}`).sort();

describe("the pusher, when deliveries fail or take long,", () => {
  it("drops no notification on 429, 5xx or a time-out, and acknowledges only what is done", async () => {
    const first = [429, 503, "timeout", "reset", 403] as const;
    const aws = new SimulatedAws({
      rows: connections(100),
      answer: (id, tries) => (tries === 1 ? (first[Number(id.split("-")[1]) % first.length] ?? 200) : 200),
    });
    expect(await aws.invoke([toEveryone])).toEqual(["done"]);
    await aws.drain();
    expect([...aws.deliveries.keys()].sort()).toEqual(CONNECTION_IDS(100));
    expect(new Set(aws.deliveries.values())).toEqual(new Set([1]));
    expect(aws.deadLetters).toEqual([]);
  });

  it("loses one malformed record, not its batch", async () => {
    const aws = new SimulatedAws({ rows: connections(4) });
    const outcomes = await aws.invoke([
      "not JSON",
      JSON.stringify({ users: ["user-0"], data: 1 }),
      JSON.stringify({ users: ["user-0"] }),
      JSON.stringify({ users: "user-0", data: 1 }),
      JSON.stringify({ users: ["user-1"], data: 2 }),
      JSON.stringify([]),
    ]);
    expect(outcomes).toEqual(["done", "done", "done", "done", "done", "done"]);
    expect(aws.deadLetters.map(({ body, reason }) => [body, reason])).toEqual(
      ["not JSON", '{"users":["user-0"]}', '{"users":"user-0","data":1}', "[]"].map((body) => [body, "malformed"]),
    );
    expect([...aws.deliveries.keys()].sort()).toEqual(CONNECTION_IDS(4));
  });

  it("loses nothing of a broadcast that takes longer than one function has, and sends nothing twice", async () => {
    // 200,000 connections at 64 in 8 ms take 25 s; each function has 3.
    const aws = new SimulatedAws({ rows: connections(200_000) });
    await aws.invoke([toEveryone], 3_000);
    await aws.drain({ functions: 2, remainingMs: 3_000 });
    expect(aws.deliveries.size).toBe(200_000);
    expect(new Set(aws.deliveries.values())).toEqual(new Set([1]));
    expect([aws.overruns, aws.deadLetters, aws.clock.pending]).toEqual([[], [], 0]);
    expect(aws.invocations).toBeGreaterThan(8);
  });

  it("opens no more connections than it may", async () => {
    const aws = new SimulatedAws({ rows: connections(5_000), settings: { deliveryConcurrency: 32 } });
    await aws.invoke([toEveryone]);
    expect(aws.peakPosts).toBe(32);
  });

  it("retries a connection that answers 410 while its handshake is under way, and never removes its row", async () => {
    const start = Date.UTC(2026, 0, 1);
    const handshakeMs = 2_000;
    const aws: SimulatedAws = new SimulatedAws({
      rows: connections(1, { connectedAt: start }),
      answer: () => (aws.clock.now() < start + handshakeMs ? 410 : 200),
    });
    expect(await aws.invoke([toEveryone])).toEqual(["done"]);
    await aws.drain();
    expect([aws.removed, aws.deliveries.get("connection-0")]).toEqual([[], 1]);
  });

  it("removes the row of a connection that still answers 410 once it is old", async () => {
    const aws = new SimulatedAws({ rows: connections(1, { connectedAt: Date.UTC(2026, 0, 1) }), answer: () => 410 });
    await aws.invoke([toEveryone]);
    await aws.drain();
    expect([aws.removed, aws.queue, aws.deadLetters]).toEqual([["connection-0"], [], []]);
    expect(aws.clock.now() - Date.UTC(2026, 0, 1)).toBeGreaterThan(10_000);
  });
});

describe("names in a request that no user can have", () => {
  const nobody = ["\uFFFE", "\uFFFF", "\uD800", ""];
  it.each([
    { exclude_users: [...nobody, "user-1"], data: 1 },
    { notification: { to: "everyone", except: { users: [...nobody, "user-1"] }, data: 1 } },
  ])("are in no continuation, which SQS would refuse: %j", async (request) => {
    const aws = new SimulatedAws({
      rows: connections(40),
      pageRows: 10,
      sendFails: (_, { body }) => /[\uFFFE\uFFFF]/.test(body),
    });
    // Characters that SQS refuses in a message may be in it with an escape.
    const body = JSON.stringify(request).replace(/[\uFFFE\uFFFF]/g, (one) => `\\u${one.charCodeAt(0).toString(16)}`);
    expect(await aws.invoke([body])).toEqual(["done"]);
    expect(aws.queue).toHaveLength(8);
    expect(JSON.parse(aws.queue[0]?.body ?? "{}").exclude_users).toEqual(["user-1"]);
    await aws.drain();
    expect(aws.deliveries.size).toBe(38);
  });
});
