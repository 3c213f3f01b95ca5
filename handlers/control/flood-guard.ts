/** What a connection may do now. `refuse`: it gets an answer. `drop`: it got that answer a moment ago. */
export type Admission = "go" | "refuse" | "drop";

interface Bucket {
  tokens: number;
  /** When the tokens were counted (epoch milliseconds). */
  at: number;
  isBusy: boolean;
  refusedAt: number;
}

/** A client that goes on with `more` sends a frame after each answer. An answer with 4 MB takes a second. */
const TOKENS = 10;
const TOKENS_PER_MILLISECOND = 1 / 1_000;
/** A refusal costs a post, too. */
const REFUSAL_MILLISECONDS = 1_000;
/** Beyond this, buckets that are full again are forgotten: a full bucket is what a new connection has. */
const BUCKETS = 10_000;

/**
 * Bounds the work for one connection in a container: one recovery at a time, ten at once after a pause, and then one a
 * second. A client that asks more often costs the decoding of its frames, and one answer a second.
 */
export class FloodGuard {
  readonly #buckets = new Map<string, Bucket>();

  /** @param now - Epoch milliseconds. After `go`, call {@link leave}. */
  enter(connectionId: string, now: number): Admission {
    const bucket = this.#bucket(connectionId, now);
    bucket.tokens = Math.min(TOKENS, bucket.tokens + (now - bucket.at) * TOKENS_PER_MILLISECOND);
    bucket.at = now;
    if (!bucket.isBusy && bucket.tokens >= 1) {
      bucket.tokens--;
      bucket.isBusy = true;
      return "go";
    }
    if (now - bucket.refusedAt < REFUSAL_MILLISECONDS) return "drop";
    bucket.refusedAt = now;
    return "refuse";
  }

  /** How many connections are remembered. */
  get size(): number {
    return this.#buckets.size;
  }

  leave(connectionId: string): void {
    const bucket = this.#buckets.get(connectionId);
    if (bucket !== undefined) bucket.isBusy = false;
  }

  #bucket(connectionId: string, now: number): Bucket {
    const known = this.#buckets.get(connectionId);
    if (known !== undefined) return known;
    if (this.#buckets.size >= BUCKETS) this.#forgetFull(now);
    const bucket = { tokens: TOKENS, at: now, isBusy: false, refusedAt: Number.NEGATIVE_INFINITY };
    this.#buckets.set(connectionId, bucket);
    return bucket;
  }

  #forgetFull(now: number): void {
    for (const [connectionId, { tokens, at, isBusy }] of this.#buckets) {
      const isFull = tokens + (now - at) * TOKENS_PER_MILLISECOND >= TOKENS;
      if (isFull && !isBusy) this.#buckets.delete(connectionId);
    }
  }
}
