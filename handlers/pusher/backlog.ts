import type { Clock } from "../shared/clock";
import { Pace } from "./pace";

/** How many recipients and removals one notification may have in memory before reading must wait. */
export const BACKLOG_FULL = 2_048;
const BACKLOG_ROOM = 1_024;
/**
 * With history, no more recipients are in memory than are posted to in this time. Else their rows would be too old for
 * history's rules when their turn comes.
 */
const AHEAD_MS = 2_000;

/** Makes the reader of connections wait while enough of them are in memory. */
export class Backlog {
  readonly #pace = new Pace();
  #isKept = false;
  #waiting: (() => void)[] = [];

  /**
   * @param count - how many are in memory
   * @param window - how many may be posted to at once
   */
  constructor(
    private readonly count: () => number,
    private readonly window: () => number,
    private readonly clock: Clock,
  ) {}

  /** The notification is in history: rows must be fresh when they are posted to. */
  keepFresh(): void {
    this.#isKept = true;
  }

  /** One of the recipients is posted to. */
  taken(now: number): void {
    if (this.#isKept) this.#pace.add(now);
  }

  /** Resolves when there is room for more. */
  async room(): Promise<void> {
    if (!this.#hasRoom(BACKLOG_FULL)) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** Call it whenever the count has changed. `isStopped`: nobody needs to wait any more. */
  check(isStopped: boolean): void {
    if (this.#waiting.length === 0 || !(isStopped || this.#hasRoom(BACKLOG_ROOM))) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }

  #hasRoom(limit: number): boolean {
    if (!this.#isKept) return this.count() < limit;
    const ahead = Math.max(2 * this.window(), this.#pace.within(AHEAD_MS, this.clock.now()));
    return this.count() < Math.min(limit, ahead);
  }
}
