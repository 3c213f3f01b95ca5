import { SAMPLE_ANSWERS, THROTTLED_SHARE } from "./congestion-window";
import type { RecentAnswers } from "./recent-answers";

/** Refused connections that are worth a second look. The clients of fewer do not read, most likely: they wait in the queue. */
const MIN_REFUSED = 5;
/** Second looks under way at once. */
const PROBES_AT_ONCE = 8;
/** One in so many refused connections is looked at again once it is known whose fault it is: the account may change. */
const SPOT_CHECK_EVERY = 32;
/**
 * How sure the detector must be that the account does not throttle: the chance, as a natural logarithm, that readers would
 * have been refused that often. One in a thousand; where retries have succeeded before, one in 500 million.
 */
const DOUBT = { atFirst: Math.log(1_000), afterThrottle: 20 };
/** Connections that do not read are few: when less than half of the users take a first try, it is the account. */
const THROTTLED_SERVED_SHARE = 0.5;
const MIN_USERS = 16;
/** A single refusal says at most this much: what nine in ten get, one in ten may miss by chance. */
const MAX_SERVED_SHARE = 0.9;
/**
 * Refusals of one user's connections that count, until the user takes something. A user's connections are side by side in the
 * table: were all of them to count, thousands of one user's would look like a throttle.
 */
const REFUSALS_OF_USER = 4;
const USERS_REMEMBERED = 256;

/**
 * Who refuses: `account`, API Gateway's throttle of the account. `connections`, their own clients, which do not read.
 * `unknown`: too little has been seen.
 */
export type Refuser = "account" | "connections" | "unknown";

/**
 * Tells the two kinds of 429 apart, which look the same: the account's throttle, and a connection whose buffer is full because
 * its client does not read. The throttle hits whoever comes, so that a retry succeeds as often as the first tries of the same
 * time do. A client that does not read refuses the retry too, while others take theirs. So some of the refused connections
 * are tried a second time (probes), and each failure counts the more, the more first tries succeed beside it.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html
 */
export class ThrottleDetector {
  #refuser: Refuser = "unknown";
  readonly #firstTries = new RecentShare(SAMPLE_ANSWERS);
  readonly #retries = new RecentShare(SAMPLE_ANSWERS);
  #answers = 0;
  #refusals = 0;
  #probes = 0;
  #doubt = 0;
  #doubtedAt = 0;
  /** Refusals of users that have taken nothing since. The last to be refused is last. */
  readonly #refusedUsers = new Map<string, number>();
  /** Part of a refusal that is the account's but has not been reported yet. */
  #owed = 0;

  /** @param recent - what the container's earlier invocations have seen */
  constructor(private readonly recent: RecentAnswers) {}

  get refuser(): Refuser {
    return this.#refuser;
  }

  /** Whether connections that were refused do not read, most likely: nearly all others took theirs at the same time. */
  isTheirFault(now: number): boolean {
    if (this.#refuser !== "unknown") return this.#refuser === "connections";
    return this.#refusals <= THROTTLED_SHARE * this.#answers || this.recent.isRefusedAtMost(THROTTLED_SHARE, now);
  }

  get isProbing(): boolean {
    return this.#probes > 0;
  }

  /** Takes note of a connection's first answer. Returns whether the congestion window should know of a refusal. */
  firstTry(userId: string, isRefused: boolean): boolean {
    this.#answers++;
    if (!isRefused) {
      this.#firstTries.add(true);
      this.#refusedUsers.delete(userId);
      return false;
    }
    this.#refusals++;
    if (this.#refusalsOf(userId) > REFUSALS_OF_USER) return false;
    this.#firstTries.add(false);
    if (this.#refuser === "connections") return false;
    if (this.#firstTries.count >= MIN_USERS && this.#firstTries.share < THROTTLED_SERVED_SHARE)
      this.#refuser = "account";
    this.#owed += this.#accountPart;
    if (this.#owed < 1) return false;
    this.#owed--;
    return true;
  }

  /** The part of the refusals that is the account's: a retry then succeeds as often as a first try. */
  get #accountPart(): number {
    if (this.#refuser === "unknown") return 1;
    const { successes, count } = this.#retries;
    // One more success than there was: nothing is known of few retries, or where no first try succeeds either.
    return Math.min(1, (successes + 1) / (count + 1) / Math.max(this.#firstTries.share, 1 / SAMPLE_ANSWERS));
  }

  /** Takes note of the answer to a further try of a connection that was refused. `now` in epoch milliseconds. */
  retry(isRefused: boolean, isProbe: boolean, now: number): void {
    if (isProbe) this.#probes--;
    this.#retries.add(!isRefused);
    if (!isRefused) {
      this.#doubt = 0;
      // A client that reads slowly takes a message now and then. That alone is no sign of a throttle.
      this.#refuser = this.#refuser === "connections" ? "unknown" : "account";
      return;
    }
    // A throttle refuses in bursts: those of one moment say no more than one of them.
    if (this.#refuser === "account" && now === this.#doubtedAt) return;
    this.#doubtedAt = now;
    this.#doubt -= Math.log(1 - Math.min(MAX_SERVED_SHARE, this.#firstTries.share));
    if (this.#doubt < (this.#refuser === "account" ? DOUBT.afterThrottle : DOUBT.atFirst)) return;
    this.#refuser = "connections";
  }

  /** Whether a refused connection should be tried again for what its answer tells. If so, its answer is waited for. */
  startProbe(): boolean {
    if (!this.wantsProbe) return false;
    this.#probes++;
    return true;
  }

  get wantsProbe(): boolean {
    if (this.#probes >= PROBES_AT_ONCE) return false;
    if (this.#refuser === "connections") return this.#refusals % SPOT_CHECK_EVERY === 0;
    return this.#answers >= SAMPLE_ANSWERS && this.#refusals >= MIN_REFUSED;
  }

  /** A probe that will not be sent. */
  cancelProbe(): void {
    this.#probes--;
  }

  /** Counts one more, and forgets the user who was refused longest ago when there are too many. */
  #refusalsOf(userId: string): number {
    const users = this.#refusedUsers;
    const count = (users.get(userId) ?? 0) + 1;
    users.delete(userId);
    users.set(userId, count);
    const [oldest] = users.size > USERS_REMEMBERED ? users.keys() : [];
    if (oldest !== undefined) users.delete(oldest);
    return count;
  }
}

/** The share of successes among the last so many. */
class RecentShare {
  readonly #last: boolean[] = [];
  #next = 0;
  successes = 0;

  constructor(private readonly size: number) {}

  /** At most the size. */
  get count(): number {
    return this.#last.length;
  }

  /** 0 to 1; 0 where there has been none. */
  get share(): number {
    return this.#last.length === 0 ? 0 : this.successes / this.#last.length;
  }

  add(isSuccess: boolean): void {
    if (this.#last[this.#next] === true) this.successes--;
    if (isSuccess) this.successes++;
    this.#last[this.#next] = isSuccess;
    this.#next = (this.#next + 1) % this.size;
  }
}
