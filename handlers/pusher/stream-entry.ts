import type { Entry } from "./history-store";
import type { Keeper } from "./keeper";

/** The entry of a notification in a stream that many connections share. It is written again whenever it is too old. */
export class StreamEntry {
  #last: Promise<Entry | undefined> = Promise.resolve(undefined);

  constructor(
    private readonly stream: string,
    private readonly keeper: Keeper,
  ) {}

  /**
   * The entry, fresh for a read that begins now. Calls at the same time share a write.
   *
   * @throws UnkeptError
   */
  fresh(): Promise<Entry> {
    const next = this.#last.then((entry) => this.keeper.fresh(this.stream, entry));
    this.#last = next.catch(() => undefined);
    return next;
  }
}
