import { seededRandom } from "../../support/seeded-random";
import { SimulatedClock } from "../../support/simulated-clock";

/**
 * The rules of history and recovery, by what they say. Each is on unless it is left out, so that a test can show that the
 * guarantee needs every one of them.
 */
export const RULES = {
  writeThenRead: "the entry is written before the connections are read",
  freshWhenRead: "when connections are read, the entry's cursor is at most 5 s old",
  freshWhenPosted: "a post begins at most 5 s after its row was read",
  retryForTheUser: "a retry is a new entry, read and post for the user",
  closedAtLast: "a connection that has taken nothing in the last attempt is closed",
  newerAtLast: "and the user's connections that began after its row was read get the notification",
  cursorWaits: "the client's cursor waits for the connection's recovery",
  idsKnown: "the client knows ids",
} as const;

export type Rule = keyof typeof RULES;

const FRESH_MS = 5_000;
const OVERLAP_MS = 15_000;
/** A row may become visible this long after its `connected_at`. */
const HANDSHAKE_MS = 5_000;
const MAX_ATTEMPTS = 5;
const DEVICES = 3;
const NOTIFICATIONS = 60;
const SENDING_MS = 180_000;
/** By now, all retries and repeats are over. */
const END_MS = 600_000;

interface Entry {
  readonly id: number;
  readonly cursor: number;
  readonly visibleAt: number;
}

interface Socket {
  readonly device: Device;
  /** The row. */
  readonly connectedAt: number;
  readonly visibleAt: number;
  rowRemovedAt: number;
  /** From then on the client gets nothing. */
  deadAt: number;
  /** From then on API Gateway knows: it answers 410. Until then it takes messages for a socket that is dead. */
  goneAt: number;
  isRecovered: boolean;
  /** The largest cursor of the frames so far. */
  seen: number;
}

interface Device {
  cursor: number;
  readonly known: Set<number>;
  /** How often the application got each notification. */
  readonly given: Map<number, number>;
  socket: Socket | undefined;
}

export interface Report {
  /** Notifications that a device's application never got. */
  readonly missing: number;
  /** Notifications that a device's application got more than once. */
  readonly twice: number;
  /** What happened on the way, so that a test can see that the run was hard enough. */
  readonly vanished: number;
  readonly rewritten: number;
  readonly renotified: number;
  readonly retried: number;
  readonly recovered: number;
}

/** How often something goes wrong: probabilities from 0 to 1. */
export interface World {
  /** A connection vanishes: API Gateway does not notice its end for up to 90 s. Else its end is noticed at once. */
  readonly vanishes: number;
  /** A write, read, post or recovery takes much longer than usual. */
  readonly isSlow: number;
  /** A post fails. In one of three cases, it has arrived all the same. */
  readonly fails: number;
  /** No attempt follows a post that fails, because the client does not read. */
  readonly isLast: number;
  /** SQS hands out a message a second time, up to a minute later. */
  readonly isDoubled: number;
  /** The longest life of a connection, in milliseconds. */
  readonly longestMs: number;
}

export const HARD_WORLD: World = {
  vanishes: 0.5,
  isSlow: 0.2,
  fails: 0.25,
  isLast: 0,
  isDoubled: 0.2,
  longestMs: 60_000,
};

/**
 * One user with three devices gets 60 notifications in three minutes, half of them broadcasts, while connections vanish
 * without a close, writes and posts are slow, pages of broadcasts are read late, posts fail, retries wait up to a minute,
 * and SQS hands out messages twice. At the end, every device comes back once more.
 *
 * @param without - the rule that is left out
 */
export function simulateContinuity(seed: number, without?: Rule, world = HARD_WORLD): Report {
  return new ContinuityModel(seed, without, world).run();
}

class ContinuityModel {
  readonly #clock = new SimulatedClock(0);
  readonly #random: () => number;
  readonly #history: Entry[] = [];
  readonly #sockets: Socket[] = [];
  readonly #devices: Device[] = [];
  readonly #again = new Map<string, { readonly sockets: Set<Socket>; readAt: number }>();
  readonly #counts = { vanished: 0, rewritten: 0, renotified: 0, retried: 0, recovered: 0 };

  constructor(
    seed: number,
    private readonly without: Rule | undefined,
    private readonly world: World,
  ) {
    this.#random = seededRandom(seed);
  }

  run(): Report {
    for (let index = 0; index < DEVICES; index++) {
      const device: Device = { cursor: 0, known: new Set(), given: new Map(), socket: undefined };
      this.#devices.push(device);
      this.#after(this.#between(0, 3_000), () => this.#connect(device));
    }
    for (let id = 0; id < NOTIFICATIONS; id++) this.#after(this.#between(0, SENDING_MS), () => this.#take(id));
    this.#after(END_MS, () => this.#comeBack());
    this.#clock.fireAll();
    const expected = Array.from({ length: NOTIFICATIONS }, (_, id) => id);
    const counts = this.#devices.flatMap(({ given }) => expected.map((id) => given.get(id) ?? 0));
    return {
      missing: counts.filter((count) => count === 0).length,
      twice: counts.filter((count) => count > 1).length,
      ...this.#counts,
    };
  }

  // The pusher.

  /** The queue hands a message to the pusher, and one in five a second time. */
  #take(id: number): void {
    const isBroadcast = this.#chance(0.5);
    this.#notify(id, isBroadcast);
    if (this.#chance(this.world.isDoubled)) this.#after(this.#between(0, 60_000), () => this.#notify(id, isBroadcast));
  }

  #notify(id: number, isBroadcast: boolean): void {
    if (!this.#has("writeThenRead")) {
      this.#readThenWrite(id);
      return;
    }
    this.#write(id, (cursor) => {
      // Other pages of a broadcast come first.
      const lateMs =
        isBroadcast && this.#chance(2 * this.world.isSlow) ? this.#between(0, 60_000) : this.#between(0, 100);
      this.#after(lateMs, () => this.#read(id, cursor, 1));
    });
  }

  #readThenWrite(id: number): void {
    const rows = this.#rows();
    this.#write(id, (cursor) => this.#postAll(rows, id, cursor, 1, this.#now));
  }

  /** Calls back when the entry is in the history. A write that has not succeeded in 5 s gets a new cursor. */
  #write(id: number, onWritten: (cursor: number) => void): void {
    const cursor = this.#now;
    const writeMs = this.#chance(this.world.isSlow / 2) ? this.#between(1_000, 30_000) : this.#between(5, 30);
    this.#history.push({ id, cursor, visibleAt: cursor + writeMs });
    if (writeMs <= FRESH_MS || !this.#has("freshWhenRead")) this.#after(writeMs, () => onWritten(cursor));
    else this.#after(FRESH_MS, () => this.#write(id, onWritten));
  }

  /** Reads the user's connections, and posts to those that an earlier attempt has not reached. */
  #read(id: number, cursor: number, attempt: number, onlyTo: (socket: Socket) => boolean = () => true): void {
    if (this.#now - cursor > FRESH_MS && this.#has("freshWhenRead")) {
      this.#counts.rewritten++;
      this.#write(id, (fresh) => this.#read(id, fresh, attempt, onlyTo));
      return;
    }
    this.#postAll(this.#rows().filter(onlyTo), id, cursor, attempt, this.#now);
  }

  #rows(): Socket[] {
    return this.#sockets.filter(({ visibleAt, rowRemovedAt }) => visibleAt <= this.#now && rowRemovedAt > this.#now);
  }

  #postAll(rows: readonly Socket[], id: number, cursor: number, attempt: number, readAt: number): void {
    for (const socket of rows) {
      const waitMs = this.#chance(this.world.isSlow) ? this.#between(0, 60_000) : this.#between(0, 200);
      this.#after(waitMs, () => {
        if (this.#now - readAt <= FRESH_MS || !this.#has("freshWhenPosted")) {
          return this.#post(socket, id, cursor, attempt, readAt);
        }
        this.#counts.renotified++;
        this.#notifyAgain(socket, id, attempt, readAt);
      });
    }
  }

  /** A post that takes longer than 5 s has failed, and may have arrived all the same. */
  #post(socket: Socket, id: number, cursor: number, attempt: number, readAt: number): void {
    const takesMs = this.#chance(this.world.isSlow / 2) ? this.#between(100, FRESH_MS) : this.#between(5, 50);
    const isRefused = this.#chance(this.world.fails);
    const isReached = !isRefused || this.#chance(1 / 3);
    this.#after(takesMs, () => {
      if (this.#now >= socket.goneAt) return;
      if (isReached) this.#arrive(socket, id, cursor);
      if (isRefused) this.#retry(socket, id, cursor, attempt, readAt);
    });
  }

  #retry(socket: Socket, id: number, cursor: number, attempt: number, readAt: number): void {
    if (attempt === MAX_ATTEMPTS || this.#chance(this.world.isLast)) {
      if (!this.#has("retryForTheUser")) return;
      // The rest of a long broadcast comes first.
      const lateMs = this.#chance(this.world.isSlow) ? this.#between(0, 100_000) : 0;
      this.#after(lateMs, () => this.#write(id, (cursor) => this.#closeAtLast(socket, id, cursor, readAt)));
      return;
    }
    this.#counts.retried++;
    this.#after(this.#between(5_000, 60_000), () => {
      if (this.#has("retryForTheUser")) return this.#notifyAgain(socket, id, attempt + 1, readAt);
      this.#post(socket, id, cursor, attempt + 1, this.#now);
    });
  }

  #closeAtLast(socket: Socket, id: number, cursor: number, readAt: number): void {
    const newer = this.#rows().filter((each) => each !== socket && each.connectedAt > readAt - HANDSHAKE_MS);
    if (this.#has("closedAtLast")) this.#lose(socket, 0);
    for (const each of this.#has("newerAtLast") ? newer : []) {
      if (this.#chance(this.world.fails)) this.#lose(each, 0);
      else this.#arrive(each, id, cursor);
    }
  }

  /**
   * Entry, read, post: to the connections, and to those that the earlier read may not have seen. The pusher collects the
   * user's connections for it.
   */
  #notifyAgain(socket: Socket, id: number, attempt: number, readAt: number): void {
    const key = `${id} ${attempt}`;
    const joined = this.#again.get(key);
    if (joined !== undefined) {
      joined.sockets.add(socket);
      joined.readAt = Math.min(joined.readAt, readAt);
      return;
    }
    const again = { sockets: new Set([socket]), readAt };
    this.#again.set(key, again);
    this.#after(1_000, () => {
      this.#again.delete(key);
      const mayHaveMissed = (each: Socket) => again.sockets.has(each) || each.connectedAt > again.readAt - HANDSHAKE_MS;
      this.#write(id, (cursor) => this.#read(id, cursor, attempt, mayHaveMissed));
    });
  }

  // The client.

  #connect(device: Device): void {
    const connectedAt = this.#now;
    const visibleAt = connectedAt + this.#between(10, HANDSHAKE_MS);
    const socket: Socket = {
      device,
      connectedAt,
      visibleAt,
      rowRemovedAt: Number.POSITIVE_INFINITY,
      deadAt: Number.POSITIVE_INFINITY,
      goneAt: Number.POSITIVE_INFINITY,
      isRecovered: false,
      seen: 0,
    };
    this.#sockets.push(socket);
    device.socket = socket;
    this.#after(visibleAt - connectedAt + this.#between(5, 200), () => this.#recover(socket));
    if (this.#now < END_MS) {
      const livesMs = this.#chance(0.3) ? this.#between(100, 5_000) : this.#between(5_000, this.world.longestMs);
      const noticedAfterMs = this.#chance(this.world.vanishes) ? this.#between(5_000, 90_000) : 0;
      this.#after(livesMs, () => this.#lose(socket, noticedAfterMs));
    }
  }

  /** The connection ends for the client, and `noticedAfterMs` later for API Gateway. The client connects again. */
  #lose(socket: Socket, noticedAfterMs: number): void {
    if (socket.deadAt <= this.#now || this.#now >= END_MS) return;
    if (noticedAfterMs > 0) this.#counts.vanished++;
    socket.deadAt = this.#now;
    socket.goneAt = this.#now + noticedAfterMs;
    socket.rowRemovedAt = socket.goneAt + this.#between(0, 2_000);
    const awayMs = this.#chance(0.3) ? this.#between(1_000, 40_000) : this.#between(50, 1_000);
    this.#after(awayMs, () => {
      if (this.#now < END_MS) this.#connect(socket.device);
    });
  }

  #comeBack(): void {
    for (const device of this.#devices) {
      if (device.socket !== undefined) device.socket.deadAt = Math.min(device.socket.deadAt, this.#now);
      this.#connect(device);
    }
  }

  #recover(socket: Socket): void {
    const after = socket.device.cursor;
    const queuedMs = this.#chance(this.world.isSlow) ? this.#between(1_000, 20_000) : this.#between(10, 300);
    this.#after(queuedMs, () => {
      const readAt = this.#now;
      const missed = this.#history.filter(
        ({ cursor, visibleAt }) => cursor > after - OVERLAP_MS && visibleAt <= readAt,
      );
      this.#after(this.#between(5, 1_000), () => {
        if (socket.deadAt <= this.#now) return;
        for (const { id } of missed) this.#give(socket.device, id);
        this.#counts.recovered++;
        socket.isRecovered = true;
        this.#moveCursor(socket, readAt);
      });
    });
  }

  #arrive(socket: Socket, id: number, cursor: number): void {
    if (socket.deadAt <= this.#now) return;
    this.#give(socket.device, id);
    this.#moveCursor(socket, cursor);
  }

  #moveCursor(socket: Socket, cursor: number): void {
    socket.seen = Math.max(socket.seen, cursor);
    if (!socket.isRecovered && this.#has("cursorWaits")) return;
    socket.device.cursor = Math.max(socket.device.cursor, socket.seen);
  }

  #give({ known, given }: Device, id: number): void {
    if (known.has(id) && this.#has("idsKnown")) return;
    known.add(id);
    given.set(id, (given.get(id) ?? 0) + 1);
  }

  // The world.

  get #now(): number {
    return this.#clock.now();
  }

  #has(rule: Rule): boolean {
    return this.without !== rule;
  }

  #after(ms: number, callback: () => void): void {
    this.#clock.after(ms, callback);
  }

  #chance(probability: number): boolean {
    return this.#random() < probability;
  }

  #between(from: number, to: number): number {
    return Math.round(from + this.#random() * (to - from));
  }
}
