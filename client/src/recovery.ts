import type { Link } from "./connection";
import type { Feature, Host } from "./core";
import { SumuError } from "./error";
import { asText, type Frame } from "./frame";
import type { ClientFrame } from "./requests";
import { platform } from "./socket";

/** Keeps what the client knows across a reload: one text, in a place of this device and user. */
export interface CursorStore {
  /** Gives the text that was saved last. */
  load(): string | null | undefined | Promise<string | null | undefined>;
  /** Replaces the text. */
  save(text: string): unknown;
}

/** What the server has said at last. */
export interface CaughtUp {
  /** The last answer, or why the server refuses. */
  readonly answer: Frame | SumuError;
  /** Something is not kept any more. */
  readonly isGap: boolean;
}

/** Where this client goes on in the history. */
export interface Recovery extends Feature {
  /** Empty before the history has begun. */
  readonly position: string;
  /** The channels that this client was in, also before a reload. */
  readonly joined: Set<string>;
  /**
   * Asks for what was missed until all of it has come. Until then, the cursor waits: a live notification may be newer
   * than one that is still missing.
   *
   * @param after - empty: from now on
   */
  catchUp(link: Link, frame: ClientFrame, after: string): Promise<CaughtUp>;
  saveSoon(): void;
}

/** So long after a notification at the latest, the store has it; also when the page is left. */
const SAVE_MS = 1_000;

/** When the notification of this cursor was written, in epoch milliseconds. */
export const cursorTime = (cursor: string): number => parseInt(cursor, 10);

export function createRecovery({ events, requests, seen, timers }: Host, store?: CursorStore): Recovery {
  const joined = new Set<string>();
  let cursor = "";
  let isSaved = true;
  let saved = load();

  async function load(): Promise<void> {
    try {
      // What is not there, or not ours, is an error.
      const saved = JSON.parse((await store?.load()) as string);
      cursor = asText(saved.cursor) ?? "";
      for (const key of saved.ids) seen.add(key);
      for (const name of saved.channels) joined.add(name);
    } catch {
      // As a new device.
    }
  }

  /** @returns when the store has what is known, also if that is being saved already */
  function saveNow(): Promise<void> {
    if (!isSaved) saved = save();
    return saved;
  }

  async function save(): Promise<void> {
    isSaved = true;
    timers.clear("save");
    try {
      await store?.save(JSON.stringify({ cursor, ids: [...seen.keys()], channels: [...joined] }));
    } catch {
      // A full or forbidden storage: after a reload, the client begins now.
    }
  }

  /** Soon, so that many notifications are one write. */
  function saveSoon(): void {
    if (!store || !isSaved) return;
    isSaved = false;
    timers.set("save", SAVE_MS, saveNow);
  }

  function watch(method: "addEventListener" | "removeEventListener"): void {
    for (const event of ["pagehide", "visibilitychange"]) platform[method]?.(event, saveNow);
  }

  function advance(link: Link, latest: string): void {
    if (latest > link.latest) link.latest = latest;
    if (link.isDropped) return;
    // A new client misses nothing from before its first cursor, so that one does not wait for the channels.
    if (link.latest > cursor && !(cursor && link.missing)) cursor = link.latest;
    // While the cursor waits, the ids are new.
    saveSoon();
  }

  async function catchUp(link: Link, frame: ClientFrame, after: string): Promise<CaughtUp> {
    link.missing++;
    let answer: Frame | SumuError;
    let next = after;
    let more: true | undefined;
    let isGap = false;
    do {
      answer = await requests.ask({ ...frame, after: next || undefined, more }, link).catch((error) => error);
      const part = answer as Frame;
      next = asText(part.cursor) ?? "";
      more = next && part.more === true ? true : undefined;
      isGap ||= part.gap === true;
    } while (more);
    link.missing--;
    advance(link, next);
    return { answer, isGap };
  }

  async function recover(link: Link, lostSince: number | undefined): Promise<void> {
    const after = cursor;
    const { answer, isGap } = await catchUp(link, { action: "recover" }, after);
    if (link.isDropped) return;
    const isRefused = answer instanceof SumuError;
    // No history, or the server does not take the cursor: go on without it.
    if (isRefused) cursor = "";
    // Without a cursor, the history begins now, and does not say what was missed before.
    const since = after ? cursorTime(after) : lostSince;
    if (since && (!after || isRefused || isGap)) events.emit("gap", { since });
  }

  return {
    ready: saved,
    joined,
    get position() {
      return cursor;
    },
    catchUp,
    saveSoon,
    opened(link: Link, lostSince: number | undefined) {
      watch("addEventListener");
      recover(link, lostSince);
    },
    delivered(link, frame) {
      const isRecovered = frame.recovered === true;
      if (isRecovered) requests.postpone(link);
      advance(link, isRecovered ? "" : (asText(frame.cursor) ?? ""));
    },
    closed() {
      watch("removeEventListener");
      return saveNow();
    },
  };
}
