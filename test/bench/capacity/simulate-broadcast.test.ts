import fc from "fast-check";
import { EventQueue } from "../../../bench/capacity/event-queue";
import { type BroadcastScenario, simulateBroadcast } from "../../../bench/capacity/simulate-broadcast";
import { simulateChannel } from "../../../bench/capacity/simulate-channel";
import { accountScenario, channelScenario, singleFunctionScenario } from "../../../bench/capacity/tables";
import { seededRandom } from "../../../support/seeded-random";
import { connections as rowsOf, SimulatedAws } from "../../../support/simulated-aws";
import { TokenBucket } from "../../../support/token-bucket";

const UNLIMITED = { ratePerSecond: 1e9, burst: 1e9 };

function simulate(changes: Partial<BroadcastScenario>) {
  return simulateBroadcast({
    connections: 6_400,
    segments: 1,
    deliveryConcurrency: 64,
    cpuMicroseconds: 0,
    latencyMs: 0,
    throttle: UNLIMITED,
    pollers: { atStart: 5, perMinute: 300, max: 1_000 },
    dispatchMs: 0,
    deliveringSeconds: 110,
    random: seededRandom(1),
    ...changes,
  });
}

describe("the simulated broadcast has the time of its closed form when", () => {
  it("only the latency costs: rounds of as many posts as are in flight", () => {
    expect(simulate({ latencyMs: 8 }).seconds).toBeCloseTo(0.8, 9); // 6,400 / 64 x 8 ms
  });

  it("only the CPU costs: one message after the other", () => {
    expect(simulate({ cpuMicroseconds: 100 }).seconds).toBeCloseTo(0.64, 9); // 6,400 x 100 us
  });

  it("the CPU hides the latency: all of the CPU, and the last answer", () => {
    // 64 x 157.5 us are more than 8 ms + 157.5 us.
    expect(simulate({ cpuMicroseconds: 157.5, latencyMs: 8 }).seconds).toBeCloseTo(1.016, 9); // 1.008 s + 8 ms
  });

  it("functions deliver side by side: the longest part, begun after the queue's delay", () => {
    const { seconds, functions, functionSeconds } = simulate({ segments: 4, cpuMicroseconds: 100, dispatchMs: 100 });
    expect(seconds).toBeCloseTo(0.26, 9); // 0.1 s + 1,600 x 100 us
    expect(functionSeconds).toBeCloseTo(0.64, 9);
    expect(functions).toBe(4);
  });

  it("pollers are few: the parts wait for each other", () => {
    const pollers = { atStart: 2, perMinute: 60, max: 2 };
    expect(simulate({ segments: 4, cpuMicroseconds: 100, pollers }).seconds).toBeCloseTo(0.32, 9); // 2 x 1,600 x 100 us
  });

  it("pollers are added: the third part begins when the third poller is there", () => {
    const pollers = { atStart: 2, perMinute: 60, max: 100 };
    const scenario = { connections: 30_000, segments: 3, cpuMicroseconds: 1_000, pollers };
    expect(simulate(scenario).seconds).toBeCloseTo(11, 9); // the third after 1 s, and 10,000 x 1 ms
  });

  it("an invocation is too short: the next goes on after the queue's delay", () => {
    const { seconds, invocations, delivered } = simulate({
      cpuMicroseconds: 1_000,
      deliveringSeconds: 4,
      dispatchMs: 500,
    });
    // 64 posts that have begun when the time is up are finished: 4 s and 63 ms, then the rest of 6,400 x 1 ms; twice the delay.
    expect(invocations).toBe(2);
    expect(delivered).toBe(6_400);
    expect(seconds).toBeCloseTo(7.4, 9);
  });

  it("the throttle binds: no sooner than its tokens come, and never more than it gives", () => {
    const throttle = { ratePerSecond: 1_000, burst: 500 };
    const { seconds, delivered, posts, throttled } = simulate({ connections: 5_000, latencyMs: 1, throttle });
    expect(delivered).toBe(5_000);
    expect(posts - throttled).toBe(5_000);
    expect(seconds).toBeGreaterThanOrEqual(4.5); // (5,000 - 500) / 1,000
  });
});

describe("the simulated broadcast, beside the pusher itself on a simulated clock,", () => {
  /** 40,000 connections, an endpoint that answers in 8 ms, no CPU time, and the functions at once. */
  async function both(segments: number, throttle: BroadcastScenario["throttle"]) {
    const connections = 40_000;
    const model = simulate({ connections, segments, latencyMs: 8, throttle });
    const bucket = new TokenBucket(throttle.ratePerSecond, throttle.burst);
    const pusher = { seconds: 0, posts: 0, throttled: 0 };
    const aws: SimulatedAws = new SimulatedAws({
      rows: rowsOf(connections),
      settings: { deliveryConcurrency: 64, broadcastSegments: segments },
      latencyMs: 8,
      answer: () => {
        const now = aws.clock.now() - startAt;
        pusher.posts++;
        if (bucket.take(now - 8)) {
          pusher.seconds = now / 1_000;
          return 200;
        }
        pusher.throttled++;
        return 429;
      },
    });
    const startAt = aws.clock.now();
    await aws.invoke(['{"data":1}']);
    await aws.drain({ functions: segments });
    expect(aws.deliveries.size).toBe(connections);
    return { model, pusher };
  }

  it.each([
    [2, UNLIMITED],
    [2, { ratePerSecond: 10_000, burst: 5_000 }],
    [4, { ratePerSecond: 10_000, burst: 5_000 }],
    [2, { ratePerSecond: 4_000, burst: 2_000 }],
  ])(
    "takes the same time within an eighth, and is throttled as often within 5 %%: %d parts, %j",
    async (segments, throttle) => {
      const { model, pusher } = await both(segments, throttle);
      expect(model.seconds / pusher.seconds).toBeGreaterThan(7 / 8);
      expect(model.seconds / pusher.seconds).toBeLessThan(9 / 8);
      expect(Math.abs(model.throttled / model.posts - pusher.throttled / pusher.posts)).toBeLessThan(0.05);
    },
  );
});

describe("the simulated notification to a channel, beside the pusher itself on a simulated clock,", () => {
  /** Reads of 10 ms, an endpoint that answers in 8 ms, no CPU time, and the functions at once. */
  async function both(members: number, segments: number, throttle: BroadcastScenario["throttle"]) {
    const model = simulateChannel({
      members,
      segments,
      throttle,
      pageRows: 6_500,
      readMs: 10,
      pageEndMs: 10,
      deliveryConcurrency: 64,
      cpuMicroseconds: 0,
      latencyMs: 8,
      pollers: { atStart: 5, perMinute: 300, max: 1_000 },
      dispatchMs: 0,
      deliveringSeconds: 110,
      random: seededRandom(1),
    });
    const bucket = new TokenBucket(throttle.ratePerSecond, throttle.burst);
    let seconds = 0;
    const aws: SimulatedAws = new SimulatedAws({
      rows: [],
      channels: { room: rowsOf(members, { protocol: 2 }) },
      settings: { deliveryConcurrency: 64, broadcastSegments: segments },
      latencyMs: 8,
      answer: () => {
        const now = aws.clock.now() - startAt;
        if (!bucket.take(now - 8)) return 429;
        seconds = now / 1_000;
        return 200;
      },
    });
    const startAt = aws.clock.now();
    await aws.invoke(['{"notification":{"to":{"channels":["room"]},"id":"n","data":1}}']);
    await aws.drain({ functions: segments });
    expect(aws.deliveries.size).toBe(members);
    expect(model.delivered).toBe(members);
    return { model, seconds };
  }

  it.each([
    [100, 2, UNLIMITED],
    [3_000, 2, UNLIMITED],
    [40_000, 2, UNLIMITED],
    [40_000, 3, { ratePerSecond: 10_000, burst: 5_000 }],
    [52_000, 4, { ratePerSecond: 10_000, burst: 5_000 }],
    [40_000, 2, { ratePerSecond: 4_000, burst: 2_000 }],
  ])("takes the same time within an eighth: %d members, %d parts, %j", async (members, segments, throttle) => {
    const { model, seconds } = await both(members, segments, throttle);
    expect(model.seconds / seconds).toBeGreaterThan(7 / 8);
    expect(model.seconds / seconds).toBeLessThan(9 / 8);
  });

  it("searches the parts of a million members in 154 pages, one after the other, and then is a broadcast", () => {
    const { searchSeconds, seconds, delivered, deadLettered } = simulateChannel(channelScenario(1_000_000));
    const broadcast = simulateBroadcast(accountScenario(1_000_000));
    expect(searchSeconds).toBeCloseTo(6.16, 9);
    // The parts are whole pages, so they differ a little.
    expect(seconds).toBeCloseTo(0.5 + 0.02 + 6.16 + broadcast.seconds, 0);
    expect([delivered, deadLettered]).toEqual([1_000_000, 0]);
  });
});

describe("the simulated broadcast", () => {
  it("stands for one function of the bench: 64 posts in flight, of 70 us and 8 ms each", () => {
    expect(simulateBroadcast(singleFunctionScenario(10_000))).toMatchObject({
      delivered: 10_000,
      posts: 10_000,
      invocations: 1,
      // 156 rounds of 64 in 8.07 ms each, and 16 more. Measured: 1.45 s.
      seconds: expect.closeTo(1.26804, 9),
      functionSeconds: expect.closeTo(1.26804, 9),
    });
  });

  it("delivers to every connection once or counts it as a dead letter, whatever the quotas", () => {
    const scenario = fc.record({
      connections: fc.integer({ min: 1, max: 3_000 }),
      segments: fc.integer({ min: 1, max: 12 }),
      deliveryConcurrency: fc.integer({ min: 1, max: 100 }),
      cpuMicroseconds: fc.integer({ min: 0, max: 500 }),
      latencyMs: fc.integer({ min: 0, max: 20 }),
      throttle: fc.record({
        ratePerSecond: fc.integer({ min: 50, max: 5_000 }),
        burst: fc.integer({ min: 1, max: 500 }),
      }),
      deliveringSeconds: fc.integer({ min: 1, max: 20 }),
    });
    fc.assert(
      fc.property(scenario, fc.nat(), (changes, seed) => {
        const { delivered, deadLettered, posts, throttled } = simulate({ ...changes, random: seededRandom(seed) });
        expect(delivered + deadLettered).toBe(changes.connections);
        expect(posts - throttled).toBe(delivered);
      }),
      { numRuns: 50 },
    );
  });

  it("converges to what the throttle gives, however many functions share it: few posts are refused", () => {
    const throttle = { ratePerSecond: 10_000, burst: 5_000 };
    const scenario = { connections: 100_000, cpuMicroseconds: 272, latencyMs: 8, dispatchMs: 500, throttle };
    for (const segments of [3, 8, 16]) {
      const { seconds, throttled, posts, triedLater, deadLettered } = simulate({ ...scenario, segments });
      expect([triedLater, deadLettered]).toEqual([0, 0]);
      expect(throttled / posts).toBeLessThan(0.08);
      expect(seconds).toBeGreaterThanOrEqual(9.5); // (100,000 - 5,000) / 10,000
      expect(seconds).toBeLessThan(13);
    }
  });

  it("has no dead letter when others leave it next to nothing of the throttle", () => {
    const throttle = { ratePerSecond: 20, burst: 20 };
    const { delivered, deadLettered, triedLater } = simulate({
      connections: 2_000,
      latencyMs: 8,
      segments: 8,
      throttle,
    });
    expect([delivered, deadLettered]).toEqual([2_000, 0]);
    expect(triedLater).toBeGreaterThan(1_000);
  });

  it("counts the frames of clients that are refused for want of the same tokens", () => {
    const clients = { connections: 20_000, latencyMs: 8, clientFramesPerSecond: 1_000 };
    const free = simulate(clients);
    expect(free.clientFrames / (1_000 * free.seconds)).toBeCloseTo(1, 1);
    expect(free.clientFramesThrottled).toBe(0);
    const { clientFrames, clientFramesThrottled } = simulate({
      ...clients,
      throttle: { ratePerSecond: 2_000, burst: 500 },
    });
    expect(clientFramesThrottled).toBeGreaterThan(0);
    expect(clientFramesThrottled).toBeLessThan(clientFrames / 10);
  });

  it("says much the same when one simulated post stands for eight", () => {
    const scenario = { connections: 64_000, segments: 8, cpuMicroseconds: 272, latencyMs: 8, dispatchMs: 500 };
    const [one, eight] = [1, 8].map((quantum) => simulate({ ...scenario, quantum }).seconds) as [number, number];
    expect(eight / one).toBeCloseTo(1, 2);
  });
});

describe("the token bucket", () => {
  it("gives what is saved up, and then so many a second", () => {
    const bucket = new TokenBucket(10, 3);
    expect([0, 0, 0, 0, 100, 100, 199, 200].map((now) => bucket.take(now))).toEqual([
      true,
      true,
      true,
      false,
      true,
      false,
      false,
      true,
    ]);
    expect([5_000, 5_000, 5_000, 5_000].map((now) => bucket.take(now))).toEqual([true, true, true, false]);
  });
});

describe("the event queue", () => {
  it("gives events by time, and those of one time in the order in which they came", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20)), (times) => {
        const queue = new EventQueue<number>();
        for (const [index, at] of times.entries()) queue.put(at, index);
        const taken = times.map(() => queue.take());
        const expected = times.map((at, event) => ({ at, event })).sort((a, b) => a.at - b.at);
        expect(taken).toMatchObject(expected);
        expect(queue.take()).toBeUndefined();
      }),
    );
  });
});
