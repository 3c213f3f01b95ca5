import { CongestionWindow } from "../../../handlers/pusher/congestion-window";
import { connections, SimulatedAws } from "../../../support/simulated-aws";
import { TokenBucket } from "../../../support/token-bucket";

/** So many answers, the first of them throttled. */
function answers(congestion: CongestionWindow, count: number, throttled = 0): number {
  for (let index = 0; index < count; index++) congestion.answered(index < throttled);
  return congestion.window;
}

describe("the congestion window", () => {
  it("begins at the ceiling and stays there while nothing is throttled", () => {
    const congestion = new CongestionWindow(64);
    expect(congestion.window).toBe(64);
    expect(answers(congestion, 10_000)).toBe(64);
  });

  it("halves the requests in flight when five of 64 first tries are throttled", () => {
    expect(answers(new CongestionWindow(64), 64, 4)).toBe(64);
    expect(answers(new CongestionWindow(64), 63, 5)).toBe(64);
    expect(answers(new CongestionWindow(64), 64, 5)).toBe(32);
  });

  it("judges as many answers as are in flight, when these are more than 64", () => {
    const congestion = new CongestionWindow(1_000);
    expect(answers(congestion, 999, 500)).toBe(1_000);
    expect(answers(congestion, 1)).toBe(500);
  });

  it("halves them once for what was in flight together, however much of it is throttled", () => {
    const congestion = new CongestionWindow(64);
    answers(congestion, 64, 64);
    expect(answers(congestion, 64, 64)).toBe(32); // sent before the cut
    expect(answers(congestion, 64, 64)).toBe(16);
  });

  it("sends one at a time at least, and one more for every 64 answers once the throttling ends", () => {
    const congestion = new CongestionWindow(64);
    answers(congestion, 10_000, 10_000);
    expect(congestion.window).toBe(1);
    answers(congestion, 1); // the last that was sent before the last cut
    expect([1, 2, 3].map(() => answers(congestion, 64))).toEqual([2, 3, 4]);
    expect(answers(congestion, 64 * 100)).toBe(64);
  });

  it("stays when few are throttled among many: clients that do not read", () => {
    const congestion = new CongestionWindow(64);
    for (let sample = 0; sample < 1_000; sample++) answers(congestion, 64, 4);
    expect(congestion.window).toBe(64);
  });
});

describe("a broadcast past clients that do not read", () => {
  it("takes as long as one past clients that do: the pace is the same", async () => {
    const secondsWith = async (isStuck: (id: string) => boolean) => {
      let lastAt = 0;
      const aws: SimulatedAws = new SimulatedAws({
        rows: connections(9_000),
        answer: (id) => {
          if (isStuck(id)) return 429;
          lastAt = aws.clock.now();
          return 200;
        },
      });
      const startAt = aws.clock.now();
      await aws.invoke(['{"data":1}']);
      return (lastAt - startAt) / 1_000;
    };
    // One in a hundred: their tries take places of others, of which 64 are begun every 8 ms.
    const [none, some] = [await secondsWith(() => false), await secondsWith((id) => id.endsWith("00"))];
    expect(none).toBeCloseTo((9_000 / 64) * 0.008, 1);
    expect(some - none).toBeLessThan(0.1);
  });
});

describe("eight functions of a broadcast side by side, before one throttle", () => {
  const broadcast = async (count: number, ratePerSecond: number, burst: number) => {
    const bucket = new TokenBucket(ratePerSecond, burst);
    let refused = 0;
    const aws: SimulatedAws = new SimulatedAws({
      rows: connections(count),
      pageRows: Math.floor(count / 20),
      settings: { broadcastSegments: 8 },
      answer: () => {
        if (bucket.take(aws.clock.now() - startAt)) return 200;
        refused++;
        return 429;
      },
    });
    const startAt = aws.clock.now();
    await aws.invoke(['{"data":1}']);
    await aws.drain({ functions: 8 });
    return { aws, refusedShare: refused / (count + refused), seconds: (aws.clock.now() - startAt) / 1_000 };
  };

  it("have fewer than one post in sixteen refused by a default account, though they could ask for six times as much", async () => {
    const { aws, refusedShare, seconds } = await broadcast(100_000, 10_000, 5_000);
    expect(aws.deliveries.size).toBe(100_000);
    expect(new Set(aws.deliveries.values())).toEqual(new Set([1]));
    expect([aws.deadLetters, aws.overruns, aws.clock.pending]).toEqual([[], [], 0]);
    expect(refusedShare).toBeLessThan(1 / 16);
    expect(seconds).toBeLessThan(13);
  });

  it("deliver to all when the account gives less than what each sends at least", async () => {
    const { aws, refusedShare, seconds } = await broadcast(10_000, 200, 100);
    expect(aws.deliveries.size).toBe(10_000);
    expect(new Set(aws.deliveries.values())).toEqual(new Set([1]));
    expect([aws.deadLetters, aws.overruns, aws.clock.pending]).toEqual([[], [], 0]);
    // Eight times one post every 8 ms are 1,000 a second: four of five are refused at worst.
    expect(refusedShare).toBeLessThan(0.8);
    expect(seconds).toBeLessThan(55);
  });
});
