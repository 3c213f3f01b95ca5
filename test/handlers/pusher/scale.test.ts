import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { build } from "esbuild";
import type { PostResult } from "../../../handlers/aws/connections-api";
import { connections, SimulatedAws } from "../../../support/simulated-aws";
import type { MillionReport } from "../support/million-connections";

const FUNCTION_MEGABYTES = 192;
/** The whole process, Node itself and the simulation included: under what a function of this size has left. */
const PEAK_MEBIBYTES = 150;

/**
 * As Lambda starts Node.js: nine tenths of the memory are for old objects, a twentieth for new ones. Without a bound, the
 * heap of a busy machine grows before it is collected.
 */
const heapOf = (functions: number) => [
  `--max-old-space-size=${Math.floor(0.9 * functions * FUNCTION_MEGABYTES)}`,
  `--max-semi-space-size=${Math.floor(0.05 * functions * FUNCTION_MEGABYTES)}`,
];

describe("a notification to 1,000,000 connections", () => {
  let folder: string;
  let script: string;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "sumu-million-"));
    script = path.join(folder, "million.cjs");
    await build({
      entryPoints: [path.join(__dirname, "..", "support", "million-connections.ts")],
      outfile: script,
      bundle: true,
      platform: "node",
      logLevel: "warning",
    });
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  const run = async (
    segments: number,
    functions: number,
    remainingMs: number,
    ...channel: string[]
  ): Promise<MillionReport> => {
    const args = [segments, functions, remainingMs, ...channel].map(String);
    const { stdout } = await promisify(execFile)(process.execPath, [...heapOf(functions), script, ...args]);
    return JSON.parse(stdout);
  };

  it("reaches each exactly once from one function, in flat memory", async () => {
    const { peakMebibytes, seconds: _, ...report } = await run(1, 1, 120_000);
    expect(report).toEqual({ delivered: 1_000_000, deliveredTwice: 0, invocations: 1, overruns: 0, deadLetters: 0 });
    expect(peakMebibytes).toBeLessThan(PEAK_MEBIBYTES);
  }, 120_000);

  it("reaches each exactly once split over many functions of ten seconds, four at a time", async () => {
    // Four functions share this process, so its memory says nothing about one.
    const { peakMebibytes: _, seconds: __, invocations, ...report } = await run(8, 4, 10_000);
    expect(report).toEqual({ delivered: 1_000_000, deliveredTwice: 0, overruns: 0, deadLetters: 0 });
    expect(invocations).toBeGreaterThan(16);
  }, 120_000);

  it("who are in one channel, reaches each exactly once, split over two functions, in flat memory", async () => {
    const { peakMebibytes, seconds, invocations, ...report } = await run(2, 2, 120_000, "live-event");
    expect(report).toEqual({ delivered: 1_000_000, deliveredTwice: 0, overruns: 0, deadLetters: 0 });
    expect(peakMebibytes).toBeLessThan(2 * PEAK_MEBIBYTES);
    // A hundred requests in flight in each of two functions, which take 8 ms each, and the search for the two parts.
    const predicted = (1_000_000 * 0.008) / (2 * 100) + 154 * 0.01;
    expect([seconds / predicted > 0.95, seconds / predicted < 1.1, invocations]).toEqual([true, true, 3]);
  }, 120_000);

  it("who are in one channel, reaches each exactly once by many functions of ten seconds, four at a time", async () => {
    const { peakMebibytes: _, seconds: __, invocations, ...report } = await run(8, 4, 10_000, "live-event");
    expect(report).toEqual({ delivered: 1_000_000, deliveredTwice: 0, overruns: 0, deadLetters: 0 });
    expect(invocations).toBeGreaterThan(8);
  }, 120_000);
});

describe("a broadcast to 10,000 connections under fire", () => {
  /** One connection in ten answers 429 four times in a row; of the answers of the others, one in ten is a reset. */
  const underFire = (id: string, tries: number): PostResult => {
    const index = Number(id.slice("connection-".length));
    if (index % 10 === 3) return tries <= 4 ? 429 : 200;
    return (index * 7 + tries * 13) % 10 === 0 ? "reset" : 200;
  };

  it("delivers all through 10 % that refuse four times in a row and 10 % reset, none twice", async () => {
    const aws = new SimulatedAws({ rows: connections(10_000), answer: underFire });
    expect(await aws.invoke([JSON.stringify({ data: 1 })])).toEqual(["done"]);
    await aws.drain({ functions: 4 });
    expect(aws.deliveries.size).toBe(10_000);
    expect(new Set(aws.deliveries.values())).toEqual(new Set([1]));
    expect(aws.posts.get("connection-3")).toBe(5);
    expect([aws.deadLetters, aws.overruns]).toEqual([[], []]);
  });

  it("delivers all but those that refuse for ever, which are closed and become dead letters with the reason", async () => {
    const aws = new SimulatedAws({
      rows: connections(10_000),
      answer: (id, tries) => (id.endsWith("77") ? 429 : underFire(id, tries)),
    });
    await aws.invoke([JSON.stringify({ data: 1 })]);
    await aws.drain({ functions: 4 });
    expect(aws.closes.filter((id) => id.endsWith("77"))).toHaveLength(100);
    expect([aws.closes.length, aws.deliveries.size]).toEqual([100, 9_900]);
    expect(new Set(aws.deliveries.values())).toEqual(new Set([1]));
    const dead = aws.deadLetters.flatMap(({ body, reason }) =>
      JSON.parse(body).sumu_continuation.connections.map(([, id]: [string, string]) => [reason, id.slice(-2)]),
    );
    expect(dead).toEqual(Array(100).fill(["slow_consumer", "77"]));
  });
});
