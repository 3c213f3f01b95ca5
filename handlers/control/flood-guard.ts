import { RefusedError } from "./refusal";

/**
 * What a connection may do now. `refuse`: it gets an answer. `drop`: it got that answer a moment ago. `repeat`: SQS has
 * delivered a frame again that is being handled.
 */
export type Admission = "go" | "refuse" | "drop" | "repeat";

interface Bucket {
  tokens: number;
  /** When the tokens were counted (epoch milliseconds). */
  at: number;
  isBusy: boolean;
  /** The frame that is or was handled last. */
  frame: string | undefined;
  refusedAt: number;
}

/** How often a connection may do something. */
export interface Rate {
  /** So often at once, after a pause. */
  readonly burst: number;
  readonly perSecond: number;
  /** Whether one must end before the next begins. */
  readonly isExclusive: boolean;
}

/** A client that goes on with `more` sends a frame after each answer. An answer with 4 MB takes a second. */
export const RECOVERIES: Rate = { burst: 10, perSecond: 1, isExclusive: true };
/** A client joins its channels when it connects, maybe with a frame for each. */
export const MEMBERSHIP: Rate = { burst: 30, perSecond: 2, isExclusive: false };
/** Nobody reads ten messages a second for long. */
export const POSTS: Rate = { burst: 50, perSecond: 10, isExclusive: false };
/** Refusals of frames that no other rate bounds, e.g. those that are malformed. A post may be refused as often as it may be sent. */
export const REFUSALS: Rate = POSTS;
/** A refusal costs a post, too. */
const REFUSAL_MILLISECONDS = 1_000;
/** Beyond this, buckets that are full again are forgotten: a full bucket is what a new connection has. */
const BUCKETS = 10_000;

/**
 * Bounds the work for one connection in a container. A client that asks more often costs the decoding of its frames, and one
 * answer a second.
 */
export class FloodGuard {
  readonly #buckets = new Map<string, Bucket>();

  constructor(private readonly rate: Rate = RECOVERIES) {}

  /**
   * After `go`, call {@link leave}.
   *
   * @param now - Epoch milliseconds
   * @param frame - API Gateway's id of the frame. Without it, each frame is another one.
   */
  enter(connectionId: string, now: number, frame?: string): Admission {
    const bucket = this.#bucket(connectionId, now);
    if (bucket.isBusy && frame !== undefined && frame === bucket.frame) return "repeat";
    bucket.tokens = this.#tokens(bucket, now);
    bucket.at = now;
    if (!bucket.isBusy && bucket.tokens >= 1) {
      bucket.tokens--;
      bucket.isBusy = this.rate.isExclusive;
      bucket.frame = frame;
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
    const bucket = {
      tokens: this.rate.burst,
      at: now,
      isBusy: false,
      frame: undefined,
      refusedAt: Number.NEGATIVE_INFINITY,
    };
    this.#buckets.set(connectionId, bucket);
    return bucket;
  }

  #forgetFull(now: number): void {
    for (const [connectionId, bucket] of this.#buckets) {
      const isFull = this.#tokens(bucket, now) >= this.rate.burst;
      if (isFull && !bucket.isBusy) this.#buckets.delete(connectionId);
    }
  }

  #tokens({ tokens, at }: Bucket, now: number): number {
    return Math.min(this.rate.burst, tokens + ((now - at) * this.rate.perSecond) / 1_000);
  }
}

/**
 * Lets a frame pass that is not exclusive, or not.
 *
 * @throws RefusedError `too_many_requests`
 */
export function admit(guard: FloodGuard, connectionId: string, now: number): "go" | "drop" {
  const admission = guard.enter(connectionId, now);
  if (admission !== "refuse") return admission === "go" ? admission : "drop";
  throw new RefusedError("too_many_requests", "this connection sends such frames too often. Send it again later.");
}
