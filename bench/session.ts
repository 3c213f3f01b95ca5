/** Which rows are measured, and the progress messages. */
export class BenchSession {
  readonly #words: readonly string[];
  readonly #known = new Set<string>();

  /**
   * @param words - A row is measured when its section or name holds one of them, in whatever case. None: every row but
   * those that ask to be named.
   * @param write - Takes a line of progress.
   */
  constructor(
    words: readonly string[],
    private readonly write: (line: string) => void,
  ) {
    this.#words = words.map((word) => word.toLowerCase());
  }

  /** @param onlyWhenNamed - For rows that take minutes. */
  wants(section: string, name: string, { onlyWhenNamed = false } = {}): boolean {
    this.#known.add(name);
    if (this.#words.length === 0) return !onlyWhenNamed;
    const matches = (text: string) => this.#words.some((word) => text.toLowerCase().includes(word));
    return matches(name) || (!onlyWhenNamed && matches(section));
  }

  /** Says what is being measured, because a measurement can take minutes. */
  progress(text: string): void {
    this.write(`bench: ${text}`);
  }

  /** Every row that the bench has been asked about so far. */
  get known(): readonly string[] {
    return [...this.#known];
  }
}
