import { SimulatedAws } from "../../../support/simulated-aws";

/** What {@link deliverToMillion} found. */
export interface MillionReport {
  readonly delivered: number;
  readonly deliveredTwice: number;
  readonly invocations: number;
  readonly overruns: number;
  readonly deadLetters: number;
  /** The process's largest resident set, in MiB. */
  readonly peakMebibytes: number;
}

const COUNT = 1_000_000;

/**
 * A broadcast to a million connections on a simulated table, endpoint, queue and clock. Run in a process of its own, so
 * that its memory is measured and not the test runner's.
 */
async function deliverToMillion(segments: number, functions: number, remainingMs: number): Promise<MillionReport> {
  const start = Date.UTC(2026, 0, 1);
  const times = new Uint8Array(COUNT);
  const aws = new SimulatedAws({
    rows: {
      length: COUNT,
      at: (index) => ({
        userId: `a-user-with-an-id-as-long-as-a-uuid-${index >> 1}`,
        connectionId: `connection-${index}`,
        connectedAt: start - 3_600_000,
        deleteAt: start / 1_000 + 3_600,
      }),
    },
    settings: { deliveryConcurrency: 100, broadcastSegments: segments },
    onDelivered: (connectionId) => {
      const index = Number(connectionId.slice("connection-".length));
      times[index] = (times[index] ?? 0) + 1;
    },
  });
  await aws.invoke([JSON.stringify({ data: "to everyone" })], remainingMs);
  await aws.drain({ functions, remainingMs });
  return {
    delivered: times.reduce((sum, count) => sum + (count > 0 ? 1 : 0), 0),
    deliveredTwice: times.reduce((sum, count) => sum + (count > 1 ? 1 : 0), 0),
    invocations: aws.invocations,
    overruns: aws.overruns.length + aws.clock.pending,
    deadLetters: aws.deadLetters.length,
    peakMebibytes: process.resourceUsage().maxRSS / 1_024,
  };
}

const [segments, functions, remainingMs] = process.argv.slice(2).map(Number);
if (segments && functions && remainingMs) {
  deliverToMillion(segments, functions, remainingMs).then((report) => process.stdout.write(JSON.stringify(report)));
}
