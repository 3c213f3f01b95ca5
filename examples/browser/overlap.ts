/**
 * Tells each notification once while two connections of one user are open, which both hear most of them. A notification
 * has no id, so they are counted by their text: of several alike, as many are told as the connection that has heard more
 * of them has heard.
 */
export class Overlap {
  #told = new Map<string, number>();
  #heard = new WeakMap<object, Map<string, number>>();

  /** From the moment that the second connection is asked for: SUMU may know it before we do. */
  begin(): void {
    this.#told = new Map();
    this.#heard = new WeakMap();
  }

  isNews(connection: object, text: string): boolean {
    const heard = this.#heard.get(connection) ?? new Map<string, number>();
    const count = (heard.get(text) ?? 0) + 1;
    this.#heard.set(connection, heard.set(text, count));
    if (count <= (this.#told.get(text) ?? 0)) return false;
    this.#told.set(text, count);
    return true;
  }
}
