import type { ColdSubject, Laboratory } from "./laboratory";
import type { BenchSession } from "./session";
import { type BenchRow, median } from "./table";

const RUNS = 9;
const SECTION = "cold start, to the first message delivered or event published";

const SUBJECTS = {
  node: { name: "node -e 0", subject: "node" },
  pusher: { name: "SUMU: pusher", subject: "cold-sumu", handler: "pusher" },
  presence: { name: "SUMU: presence", subject: "cold-presence", handler: "presence" },
  sdk: { name: "AWS SDK, bundled", subject: "cold-sdk" },
  // The HTTP client that SUMU could use instead of its own: see handlers/aws/http-pool.ts.
  floor: { name: "unsigned undici, bundled, no table", subject: "cold-floor" },
} as const satisfies Record<string, { name: string; subject: ColdSubject | "node"; handler?: string }>;

type Key = keyof typeof SUBJECTS;

/** From process start to the first delivered message (query and post over TLS) or event, in CPU, against Node alone. */
export async function benchColdStart(session: BenchSession, laboratory: Laboratory): Promise<BenchRow[]> {
  const wanted = new Set((Object.keys(SUBJECTS) as Key[]).filter((key) => session.wants(SECTION, SUBJECTS[key].name)));
  if (wanted.has("pusher")) wanted.add("node");
  const rows = new Map<Key, BenchRow>();
  for (const key of Object.keys(SUBJECTS) as Key[]) {
    if (!wanted.has(key)) continue;
    const { name, subject, handler }: { name: string; subject: ColdSubject | "node"; handler?: string } = SUBJECTS[key];
    session.progress(`cold start of ${name}`);
    const figures: number[] = [];
    for (let run = 0; run < RUNS; run++) {
      figures.push(await laboratory.cold(subject, ...(handler === undefined ? [] : [laboratory.bundle(handler)])));
    }
    rows.set(key, { section: SECTION, name, cpuMicroseconds: median(figures), unit: "start" });
  }
  const pusher = rows.get("pusher");
  if (pusher !== undefined) {
    const ratio = (pusher.cpuMicroseconds ?? 0) / (rows.get("node")?.cpuMicroseconds ?? 0);
    rows.set("pusher", {
      ...pusher,
      bound: { text: "4 x node -e 0", measured: `${ratio.toFixed(2)} x`, holds: ratio <= 4 },
    });
  }
  return [...rows.values()];
}
