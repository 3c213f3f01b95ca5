import type { Payload, PostResult } from "../handlers/aws/connections-api";
import type {
  Connection,
  ConnectionPage,
  ConnectionRow,
  ConnectionStore,
  PageKey,
  Segment,
} from "../handlers/pusher/connection";
import type { ConnectionsEndpoint } from "../handlers/pusher/courier";
import type { HistoryRow, HistoryStore } from "../handlers/pusher/history-store";
import type { Outbox, OutboxMessage } from "../handlers/pusher/outbox";
import { type MessageOutcome, push } from "../handlers/pusher/pusher";
import type { PusherSettings } from "../handlers/pusher/pusher-ports";
import { RecentAnswers } from "../handlers/pusher/recent-answers";
import type { RevocationStore } from "../handlers/pusher/revocations-table";
import type { ChannelRange, SubscriptionStore } from "../handlers/pusher/subscription";
import { timeBudget } from "../handlers/pusher/time-budget";
import type { LogFields } from "../handlers/shared/log";
import type { MetricValue } from "../handlers/shared/metrics";
import { SimulatedClock } from "./simulated-clock";

/** Rows in the table's own order. A computed row need not be in memory. */
export interface SimulatedRows {
  readonly length: number;
  at(index: number): ConnectionRow;
}

export interface SimulatedAwsOptions {
  readonly rows: SimulatedRows | readonly ConnectionRow[];
  readonly pageRows?: number;
  /** Whether a row is in the table at the moment of a read. @default - each is */
  readonly isPresent?: (row: ConnectionRow) => boolean;
  readonly settings?: Partial<PusherSettings>;
  /** The endpoint's answer to a POST. @default - 200 after 8 ms */
  readonly answer?: (connectionId: string, tries: number, data: string) => PostResult;
  readonly latencyMs?: number;
  /** How long a POST takes, if this is not the same for every connection. */
  readonly postMs?: (connectionId: string) => number;
  /** The endpoint's answer to a DELETE. @default 204 */
  readonly closeAnswer?: (connectionId: string) => PostResult;
  /** Whether there is a table of revocations. @default false */
  readonly hasRevocations?: boolean;
  /** Whether the revocation of a user fails, and with which error. */
  readonly revokeFails?: (userId: string) => Error | undefined;
  /** How long history is kept. @default - there is no history */
  readonly historySeconds?: number;
  /** How long the write of rows into history takes, in milliseconds, and why it fails. @default - 10 ms, and it does not fail */
  readonly historyWrite?: (streams: readonly string[]) => { readonly ms?: number; readonly failure?: string };
  /** The connections in each channel, in the order of their ids. @default - there are no channels */
  readonly channels?: Readonly<Record<string, SimulatedRows | readonly ConnectionRow[]>>;
  /** Whether a read fails, and with which error. */
  readonly readFails?: (userId: string | undefined, reads: number) => Error | undefined;
  /** How long a read takes, in milliseconds. @default - 10 ms */
  readonly readMs?: (userId: string | undefined) => number;
  /** Whether the queue refuses a message. */
  readonly sendFails?: (queue: "notifications" | "dead-letters", message: OutboxMessage) => boolean;
  /** Called for each delivery. Without it, `deliveries` counts them. */
  readonly onDelivered?: (connectionId: string, data: string) => void;
}

interface QueuedMessage {
  readonly body: string;
  readonly postedBy?: string | undefined;
  readonly isContinuation: boolean;
  readonly availableAt: number;
  readonly reason?: string;
}

export const SETTINGS: PusherSettings = { deliveryConcurrency: 64, readConcurrency: 16, broadcastSegments: 8 };

/** Table, endpoint, queues and Lambda on a simulated clock. */
export class SimulatedAws {
  readonly clock = new SimulatedClock();
  readonly queue: QueuedMessage[] = [];
  readonly deadLetters: QueuedMessage[] = [];
  /** How often each connection got its message. */
  readonly deliveries = new Map<string, number>();
  readonly posts = new Map<string, number>();
  readonly removed: string[] = [];
  /** The rows of the history table, in the order of their writes. `writtenAt`: when the write ended. */
  readonly history: (HistoryRow & { readonly writtenAt: number })[] = [];
  /** The streams of each write into history, in order. */
  readonly historyWrites: (readonly string[])[] = [];
  /** How many scans of the table were strongly consistent. */
  consistentScans = 0;
  /** The time before which each user's tokens are revoked. */
  readonly revoked = new Map<string, number>();
  /** Rows of subscriptions that were removed: `<channel> <connection>`. */
  readonly unsubscribed: string[] = [];
  /** Connections that the pusher asked to close, in order. */
  readonly closes: string[] = [];
  readonly log: {
    readonly level: string;
    readonly code: string;
    readonly fields?: LogFields;
    /** The metrics of the summary. */
    readonly values?: Readonly<Record<string, MetricValue | undefined>>;
  }[] = [];
  /** Calls that began, or had not ended, when their invocation's time was over. */
  readonly overruns: string[] = [];
  peakPosts = 0;
  peakReads = 0;
  reads = 0;
  invocations = 0;
  readonly #recentAnswers = new RecentAnswers();
  #posts = 0;
  #reads = 0;
  readonly #gone = new Set<string>();

  constructor(private readonly options: SimulatedAwsOptions) {}

  get settings(): PusherSettings {
    return { ...SETTINGS, ...this.options.settings };
  }

  /** Runs one invocation with these messages: requests of a backend, and messages of the simulated queues. */
  async invoke(bodies: readonly (string | QueuedMessage)[], remainingMs = 120_000): Promise<readonly MessageOutcome[]> {
    return this.clock.drive(this.begin(bodies, remainingMs));
  }

  /** The same as {@link invoke}, for several invocations at once: the caller lets time pass. */
  begin(bodies: readonly (string | QueuedMessage)[], remainingMs = 120_000): Promise<readonly MessageOutcome[]> {
    return this.#invocation(bodies, remainingMs);
  }

  /** Runs invocations, this many at once, until the queue is empty. */
  async drain({ functions = 1, remainingMs = 120_000 } = {}): Promise<void> {
    const worker = async () => {
      for (;;) {
        const message = this.queue.shift();
        if (message === undefined) return;
        if (message.availableAt > this.clock.now()) await this.clock.sleep(message.availableAt - this.clock.now());
        await this.#invocation([message], remainingMs);
      }
    };
    await this.clock.drive(Promise.all(Array.from({ length: functions }, worker)));
  }

  async #invocation(
    messages: readonly (string | QueuedMessage)[],
    remainingMs: number,
  ): Promise<readonly MessageOutcome[]> {
    this.invocations++;
    const end = this.clock.now() + remainingMs;
    const outcomes = await push(
      messages.map((message, index) => {
        const { body, isContinuation, postedBy } =
          typeof message === "string" ? { body: message, isContinuation: false, postedBy: undefined } : message;
        const id = typeof message === "string" ? `message-${index}` : `continuation-${this.invocations}-${index}`;
        return { id, body, isContinuation, postedBy, sentAt: this.clock.now() };
      }),
      {
        store: this.#store(end),
        endpoint: this.#endpoint(end),
        outbox: this.#outbox(end),
        revocations: this.options.hasRevocations ? this.#revocations(end) : undefined,
        history: this.options.historySeconds === undefined ? undefined : this.#historyStore(end),
        subscriptions:
          this.options.channels === undefined ? undefined : this.#subscriptions(end, this.options.channels),
        recentAnswers: this.#recentAnswers,
        clock: this.clock,
        random: () => 0.5,
        log: {
          debug: (code, fields) => this.log.push({ level: "debug", code, fields }),
          info: (code, fields) => this.log.push({ level: "info", code, fields }),
          warn: (code, fields) => this.log.push({ level: "warn", code, fields }),
          error: (code, fields) => this.log.push({ level: "error", code, fields }),
          summary: (code, _, values, fields) => this.log.push({ level: "info", code, fields, values }),
        },
      },
      this.settings,
      timeBudget(this.clock.now(), remainingMs),
    );
    if (this.clock.now() > end) this.overruns.push("invocation");
    return outcomes;
  }

  /** Waits as long as a call takes, and records a call that outlives its invocation. */
  async #call(what: string, ms: number, end: number): Promise<void> {
    if (this.clock.now() >= end) this.overruns.push(`${what} began`);
    await this.clock.sleep(ms);
    if (this.clock.now() > end) this.overruns.push(`${what} ended`);
  }

  #endpoint(end: number): ConnectionsEndpoint {
    const { answer = () => 200, latencyMs = 8, postMs = () => latencyMs, onDelivered } = this.options;
    return {
      close: async (connectionId: string, deadline: number): Promise<PostResult> => {
        const left = deadline - this.clock.now();
        if (left <= 0) return "deadline";
        await this.#call("close", Math.min(latencyMs, left), end);
        if (latencyMs > left) return "timeout";
        this.closes.push(connectionId);
        return this.options.closeAnswer?.(connectionId) ?? 204;
      },
      post: async (connectionId: string, payload: Payload, deadline: number): Promise<PostResult> => {
        const left = deadline - this.clock.now();
        if (left <= 0) return "deadline";
        const ms = postMs(connectionId);
        this.peakPosts = Math.max(this.peakPosts, ++this.#posts);
        await this.#call("post", Math.min(ms, left), end);
        this.#posts--;
        if (ms > left) return "timeout";
        if (onDelivered !== undefined && this.options.answer === undefined) {
          onDelivered(connectionId, payload.bytes.toString());
          return 200;
        }
        const tries = (this.posts.get(connectionId) ?? 0) + 1;
        this.posts.set(connectionId, tries);
        const data = payload.bytes.toString();
        const result = answer(connectionId, tries, data);
        if (result === 200) {
          this.deliveries.set(connectionId, (this.deliveries.get(connectionId) ?? 0) + 1);
          onDelivered?.(connectionId, data);
        }
        return result;
      },
    };
  }

  #revocations(end: number): RevocationStore {
    return {
      revoke: async (userId, issuedBefore) => {
        await this.#call("revocation", 10, end);
        const error = this.options.revokeFails?.(userId);
        if (error !== undefined) throw error;
        this.revoked.set(userId, Math.max(this.revoked.get(userId) ?? 0, issuedBefore));
      },
    };
  }

  #historyStore(end: number): HistoryStore {
    const { historySeconds: seconds = 0, historyWrite } = this.options;
    return {
      seconds,
      write: async (rows, deadline) => {
        this.peakReads = Math.max(this.peakReads, ++this.#reads);
        const streams = rows.map(({ stream }) => stream);
        this.historyWrites.push(streams);
        const { ms = 10, failure } = historyWrite?.(streams) ?? {};
        const leftMs = Math.max(0, deadline - this.clock.now());
        const writtenAt = this.clock.now() + ms;
        await this.#call("write", Math.min(ms, leftMs), end);
        this.#reads--;
        // A write that is given up may still arrive.
        if (failure === undefined) this.history.push(...rows.map((row) => ({ ...row, writtenAt })));
        const reason = ms > leftMs ? "timeout" : failure;
        return new Map(reason === undefined ? [] : streams.map((stream) => [stream, reason]));
      },
    };
  }

  #store(end: number): ConnectionStore {
    const read = async (userId: string | undefined, deadline: number): Promise<void> => {
      this.peakReads = Math.max(this.peakReads, ++this.#reads);
      this.reads++;
      const leftMs = deadline - this.clock.now();
      const ms = this.options.readMs?.(userId) ?? 10;
      await this.#call("read", Math.min(ms, leftMs), end);
      this.#reads--;
      if (leftMs < ms) throw new Error("timed out");
      const error = this.options.readFails?.(userId, this.reads);
      if (error !== undefined) throw error;
    };
    const remove = async ({ connectionId }: Connection, _: number, deadline: number): Promise<void> => {
      this.peakReads = Math.max(this.peakReads, ++this.#reads);
      const leftMs = deadline - this.clock.now();
      await this.#call("removal", Math.min(10, leftMs), end);
      this.#reads--;
      if (leftMs < 10) throw new Error("timed out");
      this.removed.push(connectionId);
      this.#gone.add(connectionId);
    };
    return {
      ofUser: async (userId, after, deadline) => {
        await read(userId, deadline);
        return this.#page((row) => row.userId === userId, 0, this.options.rows.length, after);
      },
      ofEveryone: async (segment, after, deadline, isConsistent = false) => {
        if (isConsistent) this.consistentScans++;
        await read(undefined, deadline);
        const { index, count }: Segment = segment ?? { index: 0, count: 1 };
        const { length } = this.options.rows;
        const bound = (part: number) => Math.floor((length * part) / count);
        return this.#page(() => true, bound(index), bound(index + 1), after);
      },
      removeGone: remove,
      removeExpired: remove,
    };
  }

  #subscriptions(end: number, channels: NonNullable<SimulatedAwsOptions["channels"]>): SubscriptionStore {
    const read = async (deadline: number): Promise<void> => {
      this.peakReads = Math.max(this.peakReads, ++this.#reads);
      this.reads++;
      const leftMs = deadline - this.clock.now();
      const ms = this.options.readMs?.(undefined) ?? 10;
      await this.#call("read", Math.min(ms, leftMs), end);
      this.#reads--;
      if (leftMs < ms) throw new Error("timed out");
      const error = this.options.readFails?.(undefined, this.reads);
      if (error !== undefined) throw error;
    };
    const rowsOf = (channel: string): SimulatedRows | readonly ConnectionRow[] => channels[channel] ?? [];
    const isLeft = (channel: string, connectionId: string) => this.unsubscribed.includes(`${channel} ${connectionId}`);
    const page = (channel: string, { after, until }: ChannelRange, most: number): ConnectionPage => {
      const all = rowsOf(channel);
      const last = until === undefined ? all.length - 1 : Number(until.index);
      let index = after === undefined ? 0 : Number(after.index) + 1;
      if (index > last + 1) throw new Error("ValidationException: the start key is outside the range");
      const rows: ConnectionRow[] = [];
      for (; index <= last; index++) {
        const row = all.at(index) as ConnectionRow;
        if (this.unsubscribed.length === 0 || !isLeft(channel, row.connectionId)) rows.push(row);
        if (rows.length === most && index < last) return { rows, next: { index } };
      }
      return { rows };
    };
    const remove = async (channel: string, { connectionId }: Connection): Promise<void> => {
      await this.#call("removal", 10, end);
      this.unsubscribed.push(`${channel} ${connectionId}`);
    };
    const { pageRows = 6_500 } = this.options;
    return {
      ofChannel: async (channel, range, deadline, isConsistent, maxRows) => {
        if (isConsistent) this.consistentScans++;
        await read(deadline);
        return page(channel, range, Math.min(maxRows, pageRows));
      },
      pageEnd: async (channel, after, deadline) => {
        await read(deadline);
        const end = (after === undefined ? -1 : Number(after.index)) + pageRows;
        return end < rowsOf(channel).length - 1 ? { index: end } : undefined;
      },
      isIn: async (channel, connectionId, deadline) => {
        await read(deadline);
        const all = rowsOf(channel);
        const ids = Array.from({ length: all.length }, (_, index) => all.at(index)?.connectionId);
        return ids.includes(connectionId) && !isLeft(channel, connectionId);
      },
      removeGone: remove,
      removeExpired: remove,
    };
  }

  /** A page counts the rows that it reads, as DynamoDB does. `after` is the index of the last row read. */
  #page(filter: (row: ConnectionRow) => boolean, from: number, to: number, after: PageKey | undefined): ConnectionPage {
    const { pageRows = 9_500 } = this.options;
    const rows: ConnectionRow[] = [];
    let index = after === undefined ? from : Number(after.index) + 1;
    if (index < from || index > to) throw new Error("ValidationException: the start key is outside the segment");
    for (let read = 0; index < to; index++) {
      const row = this.options.rows.at(index) as ConnectionRow;
      if (this.#gone.has(row.connectionId) || this.options.isPresent?.(row) === false || !filter(row)) continue;
      rows.push(row);
      if (++read === pageRows) return { rows, next: { index } };
    }
    return { rows };
  }

  #outbox(end: number): Outbox {
    return {
      send: async (queue, messages, deadline) => {
        await this.#call("send", Math.max(0, Math.min(5, deadline - this.clock.now())), end);
        const unsent: OutboxMessage[] = [];
        for (const message of messages) {
          if (Buffer.byteLength(message.body) > 256 * 1024 || this.options.sendFails?.(queue, message)) {
            unsent.push(message);
            continue;
          }
          const { body, isContinuation, reason, delaySeconds = 0 } = message;
          const availableAt = this.clock.now() + delaySeconds * 1_000;
          (queue === "notifications" ? this.queue : this.deadLetters).push({
            body,
            isContinuation,
            availableAt,
            reason,
          });
        }
        return unsent;
      },
    };
  }
}

const HOUR_MS = 3_600_000;

/**
 * Connections that began an hour before the simulation, two for each user: `user-0` has `connection-0` and
 * `connection-1`.
 */
export function connections(count: number, over: Partial<ConnectionRow> = {}): ConnectionRow[] {
  const now = Date.UTC(2026, 0, 1);
  return Array.from({ length: count }, (_, index) => ({
    userId: `user-${index >> 1}`,
    connectionId: `connection-${index}`,
    connectedAt: now - HOUR_MS,
    deleteAt: (now + HOUR_MS) / 1_000,
    ...over,
  }));
}
