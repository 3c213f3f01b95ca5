/** An item that the watch may have to end. */
export interface Timed {
  /** Epoch milliseconds. Infinite if nothing is in progress. */
  readonly endsAt: number;
  timeOut(): void;
}

/**
 * Watches all items with one timer. It ends items whose time is over, and keeps the process alive while any item is in
 * progress. Nearly every request is answered long before its time is over. A timer for each request, and switching a
 * socket's `ref` on and off, were 5 % of the cost of a single notification.
 */
export class TimeoutWatch {
  #timer: NodeJS.Timeout | undefined;
  #wakesAt = Number.POSITIVE_INFINITY;
  #underWay = 0;

  /** @param all - All items that may be in progress. */
  constructor(private readonly all: () => Iterable<Timed>) {}

  /** One more item is in progress, until `endsAt` at most. */
  begin(endsAt: number, now: number): void {
    this.#underWay++;
    if (endsAt < this.#wakesAt) this.#wakeAt(endsAt, now);
    else if (this.#underWay === 1) this.#timer?.ref();
  }

  /** One item has ended. */
  end(): void {
    if (--this.#underWay === 0) this.#timer?.unref();
  }

  #wakeAt(at: number, now: number): void {
    clearTimeout(this.#timer);
    this.#wakesAt = at;
    this.#timer = setTimeout(() => this.#wake(), at - now);
  }

  #wake(): void {
    this.#wakesAt = Number.POSITIVE_INFINITY;
    const now = Date.now();
    let next = Number.POSITIVE_INFINITY;
    for (const timed of [...this.all()]) {
      if (timed.endsAt <= now) timed.timeOut();
      else next = Math.min(next, timed.endsAt);
    }
    // A timed-out item may have let others begin.
    if (next < this.#wakesAt) this.#wakeAt(next, now);
  }
}
