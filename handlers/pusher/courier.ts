import type { Payload, PostResult } from "../aws/connections-api";
import type { Clock } from "../shared/clock";
import { CongestionWindow } from "./congestion-window";
import type { Connection } from "./connection";
import type { Reading } from "./history-store";
import type { Reason } from "./post-result";
import type { RecentAnswers } from "./recent-answers";
import { ThrottleDetector } from "./throttle-detector";
import type { TimeBudget } from "./time-budget";

/** The API's `@connections`. */
export interface ConnectionsEndpoint {
  /**
   * Sends a message to a connection, within its own time-out and by the deadline (epoch milliseconds). Never throws.
   */
  post(connectionId: string, payload: Payload, deadline: number): Promise<PostResult>;
  /** Closes a connection. Never throws. */
  close(connectionId: string, deadline: number): Promise<PostResult>;
}

/** A connection to which a message is being sent. */
export interface Recipient extends Connection {
  /** When its row was read. Present only if the notification is in history, and the client can recover it. */
  readonly reading?: Reading | undefined;
  /** Tries that failed in this invocation. */
  failures: number;
  /** How many of them were answered 429. */
  refusals: number;
  /** Whether the next try is a probe: its answer shows whether the account is throttled. */
  isProbe: boolean;
  /** The reason of the last failure. */
  reason?: Reason;
}

/** A notification that takes turns with others: it passes one recipient after the other to the courier. */
export interface Turn {
  /**
   * Whether its connections were also refused in earlier invocations. Such refusals say nothing about the account's
   * throttle.
   */
  readonly isSuspect: boolean;
  readonly hasReady: boolean;
  /** Whether a request of it has had a final answer. */
  readonly progressed: boolean;
  take(): Recipient | undefined;
  /** The message in the protocol of the recipient's client. */
  payloadFor(recipient: Recipient): Payload;
  /** Undoes {@link take}: nothing was sent. */
  putBack(recipient: Recipient): void;
  /** Reports the result of the request to a recipient that was taken. */
  settle(recipient: Recipient, result: PostResult): void;
  /** The detector has new data: some refused connections may be tried again now, or given up on. */
  reconsider(): void;
  /** No further request begins. */
  stop(): void;
}

/**
 * A post of a notification in history fails after this time. Five seconds and not more, because a recovery begins 15 s
 * before the client's cursor: 5 s from the entry to the read, 5 s from the read to the post, 5 s for the post; one of
 * them is left for the difference between clocks.
 */
export const KEPT_POST_MS = 4_000;

/**
 * Sends the messages of all notifications of an invocation. A limited number of requests is in flight at once, fewer
 * while the endpoint throttles. The notifications take turns, so that a single message does not wait for a broadcast.
 */
export class Courier {
  readonly #turns: Turn[] = [];
  #next = 0;
  #inFlight = 0;
  #stopped = false;
  readonly #congestion: CongestionWindow;
  readonly throttle: ThrottleDetector;
  /** Whether any request has had a final answer: then the invocation makes progress. */
  progressed = false;
  readonly #cancelStop: () => void;

  constructor(
    private readonly endpoint: ConnectionsEndpoint,
    private readonly clock: Clock,
    private readonly budget: TimeBudget,
    concurrency: number,
    private readonly recent: RecentAnswers,
  ) {
    this.throttle = new ThrottleDetector(recent);
    this.#congestion = new CongestionWindow(concurrency);
    this.#cancelStop = clock.after(budget.stopAt - clock.now(), () => this.#stop());
  }

  /** No more deliveries begin: the remaining time is short. */
  get stopped(): boolean {
    return this.#stopped;
  }

  /** How many requests may be in flight now. */
  get window(): number {
    return this.#congestion.window;
  }

  /** From now on, sends this notification's messages, too. */
  add(turn: Turn): void {
    this.#turns.push(turn);
  }

  remove(turn: Turn): void {
    const index = this.#turns.indexOf(turn);
    if (index >= 0) this.#turns.splice(index, 1);
  }

  /** Stops the time limit's timer. */
  close(): void {
    this.#cancelStop();
  }

  /** Begins as many requests as the window allows. */
  pump(): void {
    while (this.#inFlight < this.#congestion.window && !this.#stopped) {
      const turn = this.#nextTurn();
      const recipient = turn?.take();
      if (turn === undefined) return;
      // All that were ready had reached their end.
      if (recipient === undefined) continue;
      if (this.clock.now() >= this.budget.stopAt) {
        turn.putBack(recipient);
        this.#stop();
        return;
      }
      this.#post(turn, recipient);
    }
  }

  #nextTurn(): Turn | undefined {
    for (let i = 0; i < this.#turns.length; i++) {
      const turn = this.#turns[this.#next++ % this.#turns.length];
      if (turn?.hasReady) return turn;
    }
    return undefined;
  }

  #post(turn: Turn, recipient: Recipient): void {
    this.#inFlight++;
    const { requestsEndAt } = this.budget;
    const deadline =
      recipient.reading === undefined ? requestsEndAt : Math.min(requestsEndAt, this.clock.now() + KEPT_POST_MS);
    this.endpoint.post(recipient.connectionId, turn.payloadFor(recipient), deadline).then((result) => {
      this.#inFlight--;
      const hasLearnt = this.#note(turn, recipient, result);
      turn.settle(recipient, result);
      this.progressed ||= turn.progressed;
      if (hasLearnt) for (const each of [...this.#turns]) each.reconsider();
      this.pump();
    });
  }

  /** Whether the answer may change what to do about other connections. */
  #note(turn: Turn, recipient: Recipient, result: PostResult): boolean {
    const { throttle } = this;
    const { refuser } = throttle;
    const { isProbe } = recipient;
    recipient.isProbe = false;
    if (typeof result !== "number") {
      if (isProbe) throttle.cancelProbe();
      return isProbe;
    }
    const isRefused = result === 429;
    if (recipient.failures === 0) this.recent.add(isRefused, this.clock.now());
    if (recipient.failures === 0 && (!isRefused || !turn.isSuspect)) {
      if (throttle.firstTry(recipient.userId, isRefused) || !isRefused) this.#congestion.answered(isRefused);
    } else if (recipient.refusals > 0) throttle.retry(isRefused, isProbe, this.clock.now());
    const isNew = throttle.refuser !== refuser;
    // The window was reduced because of connections whose clients do not read.
    if (isNew && throttle.refuser === "connections") this.#congestion.reopen();
    return isProbe || isNew;
  }

  #stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    for (const turn of [...this.#turns]) turn.stop();
  }
}
