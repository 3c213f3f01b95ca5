/** What happened, in order, with a promise for what is still to happen. */
export class Journal<T> {
  readonly entries: T[] = [];
  readonly #waiting = new Set<() => void>();

  add(entry: T): void {
    this.entries.push(entry);
    for (const check of [...this.#waiting]) check();
  }

  /** The first `count` entries that match, as soon as there are that many. */
  take(count: number, matches: (entry: T) => boolean = () => true): Promise<T[]> {
    return new Promise((resolve) => {
      const check = (): void => {
        const found = this.entries.filter(matches);
        if (found.length < count) return;
        this.#waiting.delete(check);
        resolve(found.slice(0, count));
      };
      this.#waiting.add(check);
      check();
    });
  }

  async first(matches?: (entry: T) => boolean): Promise<T> {
    return (await this.take(1, matches))[0] as T;
  }
}
