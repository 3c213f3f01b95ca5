import type { Clock } from "../shared/clock";

/**
 * How long a notification waits for clients that do not read, once everything else is sent. A queue has five functions
 * at first. When five batches waited 14 s for such clients, all other messages waited as long. For longer waits, the
 * messages are in the queue.
 */
export const PATIENCE_MS = 1_000;

/** Knows how long ago a notification made its last progress. */
export class Patience {
  /** The last time at which a connection accepted its message, or turned out never to accept it. */
  #progressAt: number;

  constructor(private readonly clock: Clock) {
    this.#progressAt = clock.now();
  }

  get isOver(): boolean {
    return this.clock.now() - this.#progressAt >= PATIENCE_MS;
  }

  progressed(now: number): void {
    this.#progressAt = now;
  }

  /**
   * Looks whether the patience is over, now and whenever it may be, even in the middle of a long wait.
   *
   * @param look - Returns false when it need not look any more.
   * @returns a function that ends the watch
   */
  watch(look: () => boolean): () => void {
    let cancel = (): void => {};
    const watch = (): void => {
      if (!look()) return;
      const leftMs = this.#progressAt + PATIENCE_MS - this.clock.now();
      // If a request is still in flight, its answer decides: look again then.
      cancel = this.clock.after(leftMs > 0 ? leftMs : PATIENCE_MS, watch);
    };
    watch();
    return () => cancel();
  }
}
