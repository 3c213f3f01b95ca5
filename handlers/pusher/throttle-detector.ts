import { SAMPLE_ANSWERS, THROTTLED_SHARE } from "./congestion-window";
import type { RecentAnswers } from "./recent-answers";
import { RecentShare } from "./recent-share";

/**
 * The minimum of refused connections for probes. With fewer, the clients most likely do not read, and the messages wait
 * in the queue.
 */
const MIN_REFUSED = 5;
/** How many probes may be in flight. */
const PROBES_AT_ONCE = 8;
/**
 * One in this many refused connections is still probed after the cause is known, because the account's state may
 * change.
 */
const SPOT_CHECK_EVERY = 32;
/**
 * How certain the detector must be that the account is not throttled: the probability, as a natural logarithm, that
 * clients that read would be refused that often. One in a thousand; if retries have succeeded before, one in 500
 * million.
 */
const DOUBT = { atFirst: Math.log(1_000), afterThrottle: 20 };
/** Few connections do not read. If less than half of the users accept a first try, the account is throttled. */
const THROTTLED_SERVED_SHARE = 0.5;
const MIN_USERS = 16;
/**
 * The maximum weight of a single refusal: if nine in ten connections accept a message, one in ten may miss it by
 * chance.
 */
const MAX_SERVED_SHARE = 0.9;
/**
 * How many refusals of one user count, until the user accepts a message. A user's connections are adjacent in the
 * table. If all of them counted, thousands of one user's connections would look like a throttle.
 */
const REFUSALS_OF_USER = 4;
const USERS_REMEMBERED = 256;

/**
 * The cause of refusals. `account`: API Gateway throttles the account. `connections`: their clients do not read.
 * `unknown`: there are too few answers.
 */
export type Refuser = "account" | "connections" | "unknown";

/**
 * Separates the two causes of 429, which look the same: the account's throttle, and a connection whose buffer is full
 * because its client does not read. The throttle refuses any connection, so a retry succeeds as often as the first
 * tries at that time. If a client does not read, its retry is refused too, while other connections accept their
 * messages. So some of the refused connections are tried a second time (probes). A failed probe counts more if more
 * first tries succeed at that time.
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
  /** Refusals of users that have accepted no message since. The most recent is last. */
  readonly #refusedUsers = new Map<string, number>();
  /** The fraction of a refusal that counts for the account but is not reported yet. */
  #owed = 0;

  /** @param recent - the answers of the container's earlier invocations */
  constructor(private readonly recent: RecentAnswers) {}

  get refuser(): Refuser {
    return this.#refuser;
  }

  /**
   * Whether refused connections most likely do not read: nearly all others accepted their messages at the same time.
   */
  isTheirFault(now: number): boolean {
    if (this.#refuser !== "unknown") return this.#refuser === "connections";
    return this.#refusals <= THROTTLED_SHARE * this.#answers || this.recent.isRefusedAtMost(THROTTLED_SHARE, now);
  }

  get isProbing(): boolean {
    return this.#probes > 0;
  }

  /** Records a connection's first answer. Returns whether the congestion window should count a refusal. */
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

  /** The share of the refusals that the account causes: in this case, a retry succeeds as often as a first try. */
  get #accountPart(): number {
    if (this.#refuser === "unknown") return 1;
    const { successes, count } = this.#retries;
    // One success is added, because a few retries prove nothing, and neither do retries while no first try succeeds.
    return Math.min(1, (successes + 1) / (count + 1) / Math.max(this.#firstTries.share, 1 / SAMPLE_ANSWERS));
  }

  /** Records the answer to another try of a refused connection. `now` in epoch milliseconds. */
  retry(isRefused: boolean, isProbe: boolean, now: number): void {
    if (isProbe) this.#probes--;
    this.#retries.add(!isRefused);
    if (!isRefused) {
      this.#doubt = 0;
      // A slow client accepts a message from time to time. This alone is no sign of a throttle.
      this.#refuser = this.#refuser === "connections" ? "unknown" : "account";
      return;
    }
    // A throttle refuses in bursts: all refusals of one moment count as one.
    if (this.#refuser === "account" && now === this.#doubtedAt) return;
    this.#doubtedAt = now;
    this.#doubt -= Math.log(1 - Math.min(MAX_SERVED_SHARE, this.#firstTries.share));
    if (this.#doubt < (this.#refuser === "account" ? DOUBT.afterThrottle : DOUBT.atFirst)) return;
    this.#refuser = "connections";
  }

  /** Whether a refused connection should be probed. If so, the delivery waits for the probe's answer. */
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

  /** The probe will not be sent. */
  cancelProbe(): void {
    this.#probes--;
  }

  /** Counts one more refusal. If there are too many users, forgets the user whose refusal is oldest. */
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
