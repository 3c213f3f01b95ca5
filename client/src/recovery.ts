import type { Link } from "./connection";
import type { Feature, Host } from "./core";
import { SumuError } from "./error";
import { asText, asTexts, type Frame } from "./frame";
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
  readonly cursor: string;
  /** The channels that this client was in, also before a reload. */
  readonly channels: Set<string>;
  /**
   * Asks for what was missed until all of it has come. Until then, the cursor waits: a live notification may be newer
   * than one that is still missing.
   *
   * @param after - empty: from now on
   */
  catchUp(link: Link, frame: ClientFrame, after: string): Promise<CaughtUp>;
  save(): void;
}

/** So long after a notification at the latest, the store has it; also when the page is left. */
const SAVE_MS = 1_000;

/** When the notification of this cursor was written, in epoch milliseconds. */
export const cursorTime = (cursor: string): number => Number.parseInt(cursor, 10);

export function createRecovery({ events, requests, seen, timers }: Host, store?: CursorStore): Recovery {
  /** For each link: how many answers are missing, and the latest cursor of its frames. */
  const catchUps = new WeakMap<Link, { missing: number; latest: string }>();
  const channels = new Set<string>();
  let cursor = "";
  let isSaved = true;

  async function load(): Promise<void> {
    try {
      const saved = JSON.parse((await store?.load()) || "{}");
      cursor = asText(saved.cursor) ?? "";
      for (const key of asTexts(saved.ids)) seen.add(key);
      for (const name of asTexts(saved.channels)) channels.add(name);
    } catch {
      // As a new device.
    }
  }

  async function saveNow(): Promise<void> {
    if (isSaved) return;
    isSaved = true;
    timers.clear("save");
    try {
      await store?.save(JSON.stringify({ cursor, ids: [...seen.keys()], channels: [...channels] }));
    } catch {
      // A full or forbidden storage: after a reload, the client begins now.
    }
  }

  /** Soon, so that many notifications are one write. */
  function save(): void {
    if (!store || !isSaved) return;
    isSaved = false;
    timers.set("save", SAVE_MS, saveNow);
  }

  function watch(method: "addEventListener" | "removeEventListener"): void {
    for (const event of ["pagehide", "visibilitychange"]) platform[method]?.(event, saveNow);
  }

  /** @param latest - of the frames of one link */
  function advance(latest: string): void {
    if (latest > cursor) cursor = latest;
    save();
  }

  async function catchUp(link: Link, frame: ClientFrame, after: string): Promise<CaughtUp> {
    const own = catchUps.get(link) ?? { missing: 0, latest: "" };
    catchUps.set(link, own);
    own.missing++;
    let answer: Frame | SumuError;
    let next = after;
    let more: true | undefined;
    let isGap = false;
    do {
      answer = await requests.ask({ ...frame, after: next || undefined, more }, link);
      const part = answer as Frame;
      next = asText(part.cursor) ?? "";
      more = next && part.more === true ? true : undefined;
      isGap ||= part.gap === true;
    } while (more);
    if (next > own.latest) own.latest = next;
    if (!link.isDropped && --own.missing === 0) advance(own.latest);
    return { answer, isGap };
  }

  async function recover(link: Link, lostSince: number | undefined): Promise<void> {
    const after = cursor;
    const { answer, isGap } = await catchUp(link, { action: "recover" }, after);
    if (link.isDropped) return;
    const isRefused = answer instanceof SumuError;
    // No history, or the server does not take the cursor: go on without it.
    if (isRefused) cursor = "";
    if (!after) {
      // The history begins now, and does not say what was missed before.
      if (lostSince) events.emit("gap", { since: lostSince });
    } else if (isRefused || isGap) events.emit("gap", { since: cursorTime(after) });
  }

  return {
    ready: load(),
    channels,
    get cursor() {
      return cursor;
    },
    catchUp,
    save,
    opened(link: Link, lostSince: number | undefined) {
      watch("addEventListener");
      recover(link, lostSince);
    },
    delivered(link, frame) {
      const own = catchUps.get(link);
      const latest = asText(frame.cursor) ?? "";
      if (!own) return;
      if (frame.recovered === true) requests.postpone(link);
      else if (latest > own.latest) own.latest = latest;
      if (own.missing === 0) advance(own.latest);
    },
    closed() {
      watch("removeEventListener");
      return saveNow();
    },
  };
}
