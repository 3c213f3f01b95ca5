/**
 * Reports each notification once while two connections of one user are open. Both connections get most notifications. A
 * notification has no id, so this class counts notifications by their text. If several notifications have the same
 * text, it reports as many as the connection with the higher count has received.
 */
export class Overlap {
  #told = new Map<string, number>();
  #heard = new WeakMap<object, Map<string, number>>();

  /** Call it when the second connection is requested: SUMU may know the connection before the client does. */
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
