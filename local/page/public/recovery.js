/**
 * What a client of protocol 2 has missed: it keeps the largest cursor that it has seen, and asks for what came after it
 * when it is connected again.
 */
export class Recovery {
  #cursor;
  #after;
  #answers = 0;
  #isComplete = false;
  /** A recovery begins 15 seconds before the cursor, so some notifications come again. */
  #ids = new Set();

  /** The frame to send when the socket is open. Without a cursor it asks for the current one. */
  begin() {
    this.#isComplete = false;
    this.#after = this.#cursor;
    return this.#frame();
  }

  /** Takes a frame from the server. Gives the frame to send next, if there is one, and a note about the frame. */
  take(text) {
    const frame = parse(text);
    if (frame?.type === "recovered") return this.#answered(frame);
    if (frame?.type !== "notification") return {};
    const isKnown = this.#ids.has(frame.id);
    this.#ids.add(frame.id);
    if (frame.recovered) return { note: isKnown ? "seen before: a client drops it" : "missed while away" };
    // While a recovery goes on, the cursor waits: a live notification may be newer than one that is still missing.
    if (this.#isComplete) this.#moveTo(frame.cursor);
    return {};
  }

  #answered({ cursor, more, gap }) {
    if (more) {
      this.#after = cursor;
      return { next: { ...this.#frame(), more: true } };
    }
    this.#isComplete = true;
    this.#moveTo(cursor);
    return { note: gap ? "a gap: more was missed than is kept" : undefined };
  }

  #frame() {
    this.#answers++;
    return { action: "recover", id: String(this.#answers), after: this.#after };
  }

  #moveTo(cursor = "") {
    if (cursor > (this.#cursor ?? "")) this.#cursor = cursor;
  }
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
