import { userStream } from "../shared/history-stream";
import { type Entry, WRITTEN_AT_ONCE } from "./history-store";
import { type Keeper, UnkeptError } from "./keeper";

/**
 * The entries of a notification's users, written in groups while the users before them are read. So an entry is written
 * just before its user's connections are read.
 */
export class UserEntries {
  readonly #groups = new Map<number, Promise<ReadonlyMap<string, Entry | UnkeptError>>>();

  constructor(
    private readonly users: readonly string[],
    private readonly keeper: Keeper,
  ) {}

  /**
   * The entry of the user at this index, fresh for a read that begins now.
   *
   * @param entry - The user's entry so far, if there is one.
   * @throws {@link UnkeptError}
   */
  async fresh(index: number, entry: Entry | undefined): Promise<Entry> {
    const stream = userStream(this.users[index] ?? "");
    const number = Math.floor(index / WRITTEN_AT_ONCE);
    const group = this.#group(number);
    this.#group(number + 1);
    const written = entry ?? (await group).get(stream);
    if (written instanceof UnkeptError) throw written;
    return this.keeper.fresh(stream, written);
  }

  /** Resolves when no write is in flight. */
  async settled(): Promise<void> {
    await Promise.all(this.#groups.values());
  }

  #group(number: number): Promise<ReadonlyMap<string, Entry | UnkeptError>> {
    let group = this.#groups.get(number);
    if (group === undefined) {
      const users = this.users.slice(number * WRITTEN_AT_ONCE, (number + 1) * WRITTEN_AT_ONCE);
      group = this.keeper.write(users.map(userStream));
      this.#groups.set(number, group);
    }
    return group;
  }
}
