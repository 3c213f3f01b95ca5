import { fullJitterMs } from "../aws/backoff";
import type { Clock } from "../shared/clock";
import { MAX_ATTEMPTS } from "./attempts";
import type { Recipient } from "./courier";
import type { Reason } from "./post-result";
import type { ThrottleDetector } from "./throttle-detector";

/**
 * Tries of one connection in one invocation, while other connections of the notification accept their messages: about
 * 13 s of waiting.
 */
export const MAX_TRIES = 12;
export const BACKOFF = { baseMs: 50, ceilingMs: 5_000 };

/**
 * How many refused connections (429) one notification may have in memory for another try. Further connections wait in
 * the queue.
 */
const REFUSED_FULL = 2_048;

/** The attempts of a notification before this one, and how often its connections were refused in them. */
export interface Past {
  readonly attempts: number;
  readonly refusals: number;
}

export interface RetriesPorts {
  readonly clock: Clock;
  readonly random: () => number;
  /** Gets a recipient that may be tried again now. */
  readonly onReady: (recipient: Recipient) => void;
  /** Gets a connection that a later invocation tries again. */
  readonly onPostponed: (recipient: Recipient, reason: Reason) => void;
}

/** The recipients of one notification that wait for another try in this invocation. */
export class Retries {
  /** Each has the function that ends its wait. */
  readonly #waiting = new Map<Recipient, () => void>();
  /** How many of them were refused (429). */
  #refusedWaiting = 0;
  /** Refused recipients that are not tried again until the cause of the refusals is known. */
  readonly #held = new Set<Recipient>();
  #stopped = false;

  constructor(
    private readonly throttle: ThrottleDetector,
    private readonly past: Past,
    private readonly ports: RetriesPorts,
  ) {}

  /** Recipients that will be tried again. Held recipients will be if a probe is in flight, which decides. */
  get pending(): number {
    return this.#waiting.size + (this.throttle.isProbing ? this.#held.size : 0);
  }

  /** Recipients that count for the backlog. Refused recipients have a limit of their own. */
  get backlog(): number {
    return this.#waiting.size - this.#refusedWaiting;
  }

  /** Call it when nothing is tried again any more. */
  *left(): Iterable<Recipient> {
    yield* this.#waiting.keys();
    yield* this.#held;
  }

  /** A try has failed, for another reason than a refusal. */
  retry(recipient: Recipient, reason: Reason): void {
    if (recipient.failures >= MAX_TRIES) this.ports.onPostponed(recipient, reason);
    else this.#wait(recipient);
  }

  /** The connection answered 429. */
  refused(recipient: Recipient): void {
    recipient.refusals++;
    if (this.#stopped) this.#held.add(recipient);
    else this.#retryRefused(recipient);
  }

  /** The detector has new data: some refused connections may be tried again now, or given up on. */
  reconsider(): void {
    const { throttle } = this;
    const isOfUse = !this.#stopped && (throttle.refuser !== "unknown" || throttle.wantsProbe);
    for (const recipient of isOfUse ? [...this.#held] : []) {
      if (throttle.refuser === "unknown" && !throttle.wantsProbe) break;
      this.#held.delete(recipient);
      this.#retryRefused(recipient);
    }
  }

  /** Nothing is tried again. */
  stop(): void {
    this.#stopped = true;
    for (const [recipient, cancel] of this.#waiting) {
      cancel();
      if (recipient.isProbe) this.throttle.cancelProbe();
      recipient.isProbe = false;
    }
  }

  /** While the cause of the refusals is unknown, only a few of the connections are tried again. */
  #retryRefused(recipient: Recipient): void {
    const { throttle } = this;
    const isFull = this.#held.size + this.#refusedWaiting >= REFUSED_FULL;
    if (throttle.refuser === "account") {
      if (isFull || recipient.failures >= MAX_TRIES) this.ports.onPostponed(recipient, "throttled");
      else this.#wait(recipient);
      return;
    }
    if (!isFull && this.#mayProbe(recipient) && throttle.startProbe()) {
      recipient.isProbe = true;
      this.#wait(recipient);
    } else if (isFull || (throttle.refuser === "connections" && this.past.refusals === 0)) {
      this.ports.onPostponed(recipient, "throttled");
    } else this.#held.add(recipient);
  }

  /** At most once in an invocation, and it counts as an attempt. */
  #mayProbe({ refusals }: Recipient): boolean {
    return this.past.refusals === 0 && refusals === 1 && this.past.attempts + refusals < MAX_ATTEMPTS;
  }

  #wait(recipient: Recipient): void {
    const isRefused = recipient.reason === "throttled";
    if (isRefused) this.#refusedWaiting++;
    const cancel = this.#stopped
      ? () => {}
      : this.ports.clock.after(fullJitterMs(recipient.failures, BACKOFF, this.ports.random), () => {
          this.#waiting.delete(recipient);
          if (isRefused) this.#refusedWaiting--;
          this.ports.onReady(recipient);
        });
    this.#waiting.set(recipient, cancel);
  }
}
