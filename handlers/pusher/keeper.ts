import { cursorAt, EVERYONE_STREAM, FRESH_MILLISECONDS, historyDeleteAt } from "../../src/contract/history";
import { isPermanent } from "../aws/is-permanent";
import type { Clock } from "../shared/clock";
import type { Log } from "../shared/log";
import { type Entry, type HistoryRow, type HistoryStore, isFresh, WRITTEN_AT_ONCE } from "./history-store";
import type { Notification } from "./notification";
import type { PrioritySemaphore } from "./priority-semaphore";

/** How often one invocation writes an entry with a new cursor. After that, the queue waits before another attempt. */
const WRITES = 2;
/** An entry of this age is written again before a read, because the read takes time. */
const REWRITE_AFTER_MS = FRESH_MILLISECONDS - 1_000;

/** The codes of a table that gets more writes than it takes at the moment. */
const BUSY = new Set([
  "ProvisionedThroughputExceededException",
  "RequestLimitExceeded",
  "ThrottlingException",
  "UnprocessedItems",
]);

/** Whether a write failed only because there were too many at once. */
export function isBusy(code: string): boolean {
  return BUSY.has(code);
}

/** A notification could not be written into history, so it is not sent. */
export class UnkeptError extends Error {
  override readonly name = "UnkeptError";

  /** @param code - why: a stable code */
  constructor(readonly code: string) {
    super(`a notification could not be written into history: ${code}`);
  }
}

export interface KeeperPorts {
  readonly history: HistoryStore;
  readonly clock: Clock;
  /** From 0 to 1. */
  readonly random: () => number;
  readonly log: Log;
  /** Limits the requests to DynamoDB. */
  readonly semaphore: PrioritySemaphore;
  /** Epoch milliseconds by which all writes end. */
  readonly deadline: number;
  /** For the log. */
  readonly messageId: string;
}

/**
 * Writes a notification into history, before it is sent. A client goes on from the largest cursor that it has seen, so an
 * entry must never be much older than the posts with its cursor: if an entry is too old for a read, it is written again.
 */
export class Keeper {
  /** Rows that were written, and how many of them were written again. */
  readonly counts = { kept: 0, rewritten: 0, unkept: 0 };
  /** The reasons for which entries were not written, which are in the log. */
  readonly failures = new Set<string>();

  constructor(
    private readonly notification: Pick<Notification, "id" | "data" | "excludedUsers" | "channel" | "from">,
    private readonly ports: KeeperPorts,
  ) {}

  /**
   * The entry of a stream, fresh for a read that begins now.
   *
   * @param entry - The entry so far, if there is one.
   * @throws {@link UnkeptError}
   */
  async fresh(stream: string, entry: Entry | undefined): Promise<Entry> {
    if (entry !== undefined && this.ports.clock.now() - entry.at <= REWRITE_AFTER_MS) return entry;
    if (entry !== undefined) this.counts.rewritten++;
    const written = (await this.write([stream])).get(stream);
    if (written instanceof UnkeptError || written === undefined) throw written ?? new UnkeptError("unknown");
    return written;
  }

  /** Writes the notification into streams. A write that has not succeeded in 5 s gets a new cursor. Never throws. */
  async write(streams: readonly string[]): Promise<ReadonlyMap<string, Entry | UnkeptError>> {
    const groups = Array.from({ length: Math.ceil(streams.length / WRITTEN_AT_ONCE) }, (_, index) =>
      streams.slice(index * WRITTEN_AT_ONCE, (index + 1) * WRITTEN_AT_ONCE),
    );
    const written = await Promise.all(groups.map((group) => this.#writeGroup(group)));
    return new Map(written.flatMap((group) => [...group]));
  }

  async #writeGroup(group: readonly string[]): Promise<Map<string, Entry | UnkeptError>> {
    const { clock, semaphore, log, messageId } = this.ports;
    const results = new Map<string, Entry | UnkeptError>();
    let left = group;
    for (let writes = 1; left.length > 0; writes++) {
      const { entry, failures } = await semaphore.run(() => this.#writeOnce(left));
      const isLate = !isFresh(entry.at, clock.now());
      const again: string[] = [];
      for (const stream of left) {
        const code = failures.get(stream) ?? (isLate ? "timeout" : undefined);
        if (code === undefined) results.set(stream, entry);
        else if (writes < WRITES && !isPermanent(code) && clock.now() < this.ports.deadline) again.push(stream);
        else results.set(stream, new UnkeptError(code));
      }
      left = again;
    }
    const unkept = [...results.values()].filter((result) => result instanceof UnkeptError);
    for (const { code } of unkept) this.failures.add(code);
    this.counts.kept += results.size - unkept.length;
    this.counts.unkept += unkept.length;
    if (unkept[0] !== undefined) {
      log.warn("history_failed", { messageId, entries: unkept.length, failure: unkept[0].code });
    }
    return results;
  }

  async #writeOnce(streams: readonly string[]): Promise<{ entry: Entry; failures: ReadonlyMap<string, string> }> {
    const { history, clock, deadline } = this.ports;
    const at = clock.now();
    const entry = { at, cursor: cursorAt(at, this.#unique()) };
    const rows = streams.map((stream) => this.#row(stream, entry));
    const failures = await history.write(rows, Math.min(deadline, at + FRESH_MILLISECONDS));
    return { entry, failures };
  }

  #row(stream: string, { at, cursor }: Entry): HistoryRow {
    const { id, data, channel, from, excludedUsers } = this.notification;
    const isShared = stream === EVERYONE_STREAM || channel !== undefined;
    const except = isShared ? [...excludedUsers] : [];
    return {
      stream,
      cursor,
      id,
      data,
      channel,
      from,
      except,
      deleteAt: historyDeleteAt(at, this.ports.history.seconds),
    };
  }

  /** 1 to 12 letters and digits. */
  #unique(): string {
    return Math.floor(this.ports.random() * 36 ** 10).toString(36);
  }
}
