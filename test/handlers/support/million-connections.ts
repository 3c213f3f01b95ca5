import { SimulatedAws, type SimulatedRows } from "../../../support/simulated-aws";

/** What {@link deliverToMillion} found. */
export interface MillionReport {
  readonly delivered: number;
  readonly deliveredTwice: number;
  readonly invocations: number;
  readonly overruns: number;
  readonly deadLetters: number;
  /** On the simulated clock. */
  readonly seconds: number;
  /** The process's largest resident set, in MiB. */
  readonly peakMebibytes: number;
}

const COUNT = 1_000_000;

/**
 * A broadcast, or a notification to a channel, to a million connections on a simulated table, endpoint, queue and clock. Run in a process of its own, so
 * that its memory is measured and not the test runner's.
 */
async function deliverToMillion(
  segments: number,
  functions: number,
  remainingMs: number,
  channel: string | undefined,
): Promise<MillionReport> {
  const start = Date.UTC(2026, 0, 1);
  const times = new Uint8Array(COUNT);
  const rows: SimulatedRows = {
    length: COUNT,
    at: (index) => ({
      userId: `a-user-with-an-id-as-long-as-a-uuid-${index >> 1}`,
      connectionId: `connection-${index}`,
      connectedAt: start - 3_600_000,
      deleteAt: start / 1_000 + 3_600,
      protocol: channel === undefined ? undefined : 2,
    }),
  };
  const aws = new SimulatedAws({
    rows: channel === undefined ? rows : [],
    channels: channel === undefined ? undefined : { [channel]: rows },
    settings: { deliveryConcurrency: 100, broadcastSegments: segments },
    onDelivered: (connectionId) => {
      const index = Number(connectionId.slice("connection-".length));
      times[index] = (times[index] ?? 0) + 1;
    },
  });
  const request = {
    notification: { to: channel === undefined ? "everyone" : { channels: [channel] }, data: "to all" },
  };
  const startedAt = aws.clock.now();
  await aws.invoke([JSON.stringify(channel === undefined ? { data: "to everyone" } : request)], remainingMs);
  await aws.drain({ functions, remainingMs });
  return {
    delivered: times.reduce((sum, count) => sum + (count > 0 ? 1 : 0), 0),
    deliveredTwice: times.reduce((sum, count) => sum + (count > 1 ? 1 : 0), 0),
    invocations: aws.invocations,
    overruns: aws.overruns.length + aws.clock.pending,
    deadLetters: aws.deadLetters.length,
    seconds: (aws.clock.now() - startedAt) / 1_000,
    peakMebibytes: process.resourceUsage().maxRSS / 1_024,
  };
}

const [segments, functions, remainingMs] = process.argv.slice(2, 5).map(Number);
const [, , , , , channel] = process.argv;
if (segments && functions && remainingMs) {
  deliverToMillion(segments, functions, remainingMs, channel).then((report) =>
    process.stdout.write(JSON.stringify(report)),
  );
}
