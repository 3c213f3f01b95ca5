import { setTimeout as sleep } from "node:timers/promises";
import type { Questions } from "./questions";
import type { SoakEvent } from "./record";

const PATIENCE_MS = 600_000;
const ROUND_MS = 3_000;

/** Compares what is true with what SUMU says, again and again, until it is the same or for a long time. */
export async function untilSame<Compared extends SoakEvent>(
  questions: Questions,
  compare: () => Promise<readonly Compared[]>,
  isSame: (compared: Compared) => boolean,
): Promise<readonly Compared[]> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    await questions.ask();
    await sleep(ROUND_MS);
    const compared = await compare();
    if (compared.every(isSame) || Date.now() > deadline) return compared;
  }
}
