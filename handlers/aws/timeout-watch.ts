/** What may have to be ended. */
export interface Timed {
  /** Epoch milliseconds. Infinite when nothing is under way. */
  readonly endsAt: number;
  timeOut(): void;
}

/**
 * Watches over what is under way, with one timer for all: ends what has had its time, and keeps the process alive while
 * there is anything. Nearly every request is answered long before, so a timer of its own for each, and a socket that is
 * told to keep the process alive and not to, were 5 % of what a single notification costs.
 */
export class TimeoutWatch {
  #timer: NodeJS.Timeout | undefined;
  #wakesAt = Number.POSITIVE_INFINITY;
  #underWay = 0;

  /** @param all - Everything that may be under way. */
  constructor(private readonly all: () => Iterable<Timed>) {}

  /** One more is under way, and has until `endsAt`. */
  begin(endsAt: number, now: number): void {
    this.#underWay++;
    if (endsAt < this.#wakesAt) this.#wakeAt(endsAt, now);
    else if (this.#underWay === 1) this.#timer?.ref();
  }

  /** One has ended. */
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
    // What has timed out may have let others begin.
    if (next < this.#wakesAt) this.#wakeAt(next, now);
  }
}
