import type { Clock } from "../shared/clock";
import { CongestionWindow } from "./congestion-window";
import type { Connection } from "./connection";
import type { PostResult, Reason } from "./post-result";
import type { RecentAnswers } from "./recent-answers";
import { ThrottleDetector } from "./throttle-detector";
import type { TimeBudget } from "./time-budget";

/** A message as it goes over the wire, hashed once for all its recipients. */
export interface Payload {
  readonly bytes: Buffer;
  /** SHA-256, hexadecimal. */
  readonly hash: string;
}

/** The API's `@connections`. */
export interface ConnectionsEndpoint {
  /** Sends a message to a connection, within its own time-out and by the deadline (epoch milliseconds). Never throws. */
  post(connectionId: string, payload: Payload, deadline: number): Promise<PostResult>;
  /** Closes a connection. Never throws. */
  close(connectionId: string, deadline: number): Promise<PostResult>;
}

/** A connection that a message is on its way to. */
export interface Recipient extends Connection {
  /** Tries that failed in this invocation. */
  failures: number;
  /** Those of them that were answered 429. */
  refusals: number;
  /** Whether the next try is for what its answer tells of the account's throttle. */
  isProbe: boolean;
  /** Why the last one failed. */
  reason?: Reason;
}

/** A notification that takes turns with others: it gives one recipient after the other to the courier. */
export interface Turn {
  /** Whether its connections were refused by earlier invocations too, which says nothing about the account's throttle. */
  readonly isSuspect: boolean;
  readonly hasReady: boolean;
  /** Whether a request for it has been answered for good. */
  readonly progressed: boolean;
  take(): Recipient | undefined;
  /** The message as the recipient's client understands it. */
  payloadFor(recipient: Recipient): Payload;
  /** Undoes {@link take}: nothing was sent. */
  putBack(recipient: Recipient): void;
  /** Tells what came of the request to a recipient that was taken. */
  settle(recipient: Recipient, result: PostResult): void;
  /** The detector has learnt something: some refused connections may be tried again now, others given up on. */
  reconsider(): void;
  /** No further request begins. */
  stop(): void;
}

/**
 * Carries the messages of all notifications of an invocation: so many requests in flight at once, fewer while the endpoint
 * throttles, the notifications take turns, so that a single message does not wait for a broadcast beside it.
 */
export class Courier {
  readonly #turns: Turn[] = [];
  #next = 0;
  #inFlight = 0;
  #stopped = false;
  readonly #congestion: CongestionWindow;
  readonly throttle: ThrottleDetector;
  /** Whether any request has been answered for good: the invocation is getting somewhere. */
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

  /** No delivery begins any more: the time left is short. */
  get stopped(): boolean {
    return this.#stopped;
  }

  /** Sends this notification's messages too, from now on. */
  add(turn: Turn): void {
    this.#turns.push(turn);
  }

  remove(turn: Turn): void {
    const index = this.#turns.indexOf(turn);
    if (index >= 0) this.#turns.splice(index, 1);
  }

  /** Ends the watch over the time. */
  close(): void {
    this.#cancelStop();
  }

  /** Begins as many requests as there is room for. */
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
    this.endpoint.post(recipient.connectionId, turn.payloadFor(recipient), this.budget.requestsEndAt).then((result) => {
      this.#inFlight--;
      const hasLearnt = this.#note(turn, recipient, result);
      turn.settle(recipient, result);
      this.progressed ||= turn.progressed;
      if (hasLearnt) for (const each of [...this.#turns]) each.reconsider();
      this.pump();
    });
  }

  /** Whether the answer may change what is to be done about other connections. */
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
    // The window was closed for connections whose clients do not read.
    if (isNew && throttle.refuser === "connections") this.#congestion.reopen();
    return isProbe || isNew;
  }

  #stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    for (const turn of [...this.#turns]) turn.stop();
  }
}
