import { parseFrame } from "./parse-frame.js";

/**
 * What a client of protocol 2 has missed: it keeps the largest cursor that it has seen, and asks for what came after it
 * when it is connected again.
 */
export class Recovery {
  #nextId;
  #cursor;
  /** The frames without a complete answer, by id. While there is one, the cursor waits: see {@link take}. */
  #asked = new Map();
  /** A recovery begins 15 seconds before the cursor, so some notifications come again. */
  #seen = new Set();

  /** @param nextId - gives the id of the next frame of this client */
  constructor(nextId) {
    this.#nextId = nextId;
  }

  /**
   * The frames to send when the socket is open. Without a cursor they ask for the current one.
   *
   * @param channels - those that the client was in: a subscription ends with its connection
   */
  begin(channels) {
    this.#asked.clear();
    const frames = [this.#ask({ action: "recover", after: this.#cursor })];
    if (channels.length > 0) frames.push(this.#ask({ action: "subscribe", channels, after: this.#cursor }));
    return frames;
  }

  /**
   * Takes a frame from the server. Gives the frame to send next, if there is one, a note about the frame, and whether it
   * is a notification that the client has seen before.
   */
  take(text) {
    const frame = parseFrame(text);
    if (frame?.type === "recovered" || frame?.type === "subscribed") return this.#answered(frame);
    if (frame?.type !== "notification") return {};
    // The same id in two channels is two notifications.
    const key = JSON.stringify([frame.channel, frame.id]);
    const isSeen = this.#seen.has(key);
    this.#seen.add(key);
    if (frame.recovered) return { isSeen, note: isSeen ? "seen before: a client drops it" : "missed while away" };
    // While a recovery goes on, the cursor waits: a live notification may be newer than one that is still missing.
    if (this.#asked.size === 0) this.#moveTo(frame.cursor);
    return { isSeen };
  }

  #answered({ id, cursor, more, gap }) {
    const asked = this.#asked.get(id);
    this.#asked.delete(id);
    if (asked !== undefined && more) return { next: this.#ask({ ...asked, after: cursor, more: true }) };
    if (this.#asked.size === 0) this.#moveTo(cursor);
    return { note: gap ? "a gap: more was missed than is kept" : undefined };
  }

  #ask({ action, id: _, ...rest }) {
    const frame = { action, id: this.#nextId(), ...rest };
    this.#asked.set(frame.id, frame);
    return frame;
  }

  #moveTo(cursor = "") {
    if (cursor > (this.#cursor ?? "")) this.#cursor = cursor;
  }
}
