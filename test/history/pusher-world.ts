import type { PostResult } from "../../handlers/aws/connections-api";
import type { ConnectionRow } from "../../handlers/pusher/connection";
import { cursorsFrom, cursorTime, RECOVERY_OVERLAP_MILLISECONDS } from "../../src/contract/history";
import { PROTOCOLS } from "../../src/contract/tables";
import { seededRandom } from "../../support/seeded-random";
import { connections, SimulatedAws } from "../../support/simulated-aws";

const USER = "me";
const DEVICES = 3;
const NOTIFICATIONS = 40;
const SENDING_MS = 240_000;
/** By now, all retries are over: the last attempt waits up to 270 s. */
const END_MS = 1_000_000;
const OTHERS = 500;

interface Socket {
  readonly device: Device;
  readonly row: ConnectionRow;
  rowRemovedAt: number;
  /** From then on the client gets nothing. */
  deadAt: number;
  /** From then on API Gateway answers 410. */
  goneAt: number;
  isRecovered: boolean;
  seen: string;
}

interface Device {
  cursor: string;
  readonly known: Set<string>;
  socket: Socket | undefined;
}

export interface PusherReport {
  /** Notifications that a device never got. */
  readonly missing: readonly string[];
  readonly deadLetters: number;
  readonly vanished: number;
  readonly closed: number;
  readonly continued: number;
  readonly entries: number;
}

/**
 * The pusher itself, with history, in the world of the model: one user with three devices among 500 connections that take
 * their time. The clients do what the wire contract asks of them.
 */
export async function runPusherWorld(seed: number): Promise<PusherReport> {
  return new PusherWorld(seed).run();
}

class PusherWorld {
  readonly #random: () => number;
  readonly #sockets = new Map<string, Socket>();
  readonly #rows: ConnectionRow[] = connections(OTHERS, { protocol: PROTOCOLS.envelopes });
  readonly #devices: Device[] = [];
  readonly #aws: SimulatedAws;
  readonly #startAt: number;
  /** In every second world, more posts fail, and connections live long enough for the last attempt. */
  readonly #failing: number;
  readonly #longestMs: number;
  #vanished = 0;
  #invocations = 0;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
    this.#failing = seed % 2 === 0 ? 0.25 : 0.5;
    this.#longestMs = seed % 2 === 0 ? 120_000 : 500_000;
    this.#aws = new SimulatedAws({
      rows: this.#rows,
      isPresent: ({ connectionId, userId, connectedAt }) => userId !== USER || this.#isRead(connectionId, connectedAt),
      // Rows of a large page are stale at its end; small pages are read long after the entry was written.
      pageRows: seed % 4 < 2 ? 60 : 20,
      settings: { deliveryConcurrency: 2, readConcurrency: 4, broadcastSegments: 2 },
      historySeconds: 3_600,
      historyWrite: () => ({
        ms: this.#slow(0.05, 30_000),
        failure: this.#chance(0.05) ? "InternalServerError" : undefined,
      }),
      readMs: () => this.#slow(0.03, 8_000),
      readFails: () => (this.#chance(0.03) ? new Error("InternalServerError") : undefined),
      postMs: (connectionId) => (this.#sockets.has(connectionId) ? this.#slow(0.1, 6_000) : 200),
      answer: (connectionId, _, data) => this.#answer(connectionId, data),
      closeAnswer: (connectionId) => {
        const socket = this.#sockets.get(connectionId);
        if (socket !== undefined) this.#lose(socket, 0);
        return 204;
      },
    });
    this.#startAt = this.#aws.clock.now();
  }

  async run(): Promise<PusherReport> {
    const { clock } = this.#aws;
    for (let index = 0; index < DEVICES; index++) {
      const device: Device = { cursor: cursorsFrom(this.#startAt), known: new Set(), socket: undefined };
      this.#devices.push(device);
      clock.after(this.#between(0, 3_000), () => this.#connect(device));
    }
    const ids = Array.from({ length: NOTIFICATIONS }, (_, index) => `n-${index}`);
    for (const id of ids) clock.after(this.#between(0, SENDING_MS), () => this.#send(id));
    await clock.drive(this.#poll());
    for (const device of this.#devices) {
      if (device.socket !== undefined) device.socket.deadAt = Math.min(device.socket.deadAt, clock.now());
      this.#connect(device);
    }
    await clock.drive(clock.sleep(60_000));
    return {
      missing: this.#devices.flatMap(({ known }, index) =>
        ids.filter((id) => !known.has(id)).map((id) => `${index} ${id}`),
      ),
      deadLetters: this.#aws.deadLetters.length,
      vanished: this.#vanished,
      closed: this.#aws.closes.length,
      continued: this.#invocations - NOTIFICATIONS,
      entries: this.#aws.history.length,
    };
  }

  // The queue and its functions.

  #send(id: string): void {
    const to = this.#chance(0.5) ? "everyone" : { users: [USER] };
    const body = JSON.stringify({ notification: { to, id, data: id } });
    void this.#invoke(body);
    if (this.#chance(0.2)) this.#aws.clock.after(this.#between(0, 60_000), () => void this.#invoke(body));
  }

  /** Handles a message, and again as long as it fails, as SQS does. */
  async #invoke(message: Parameters<SimulatedAws["begin"]>[0][number]): Promise<void> {
    this.#invocations++;
    const [outcome] = await this.#aws.begin([message], this.#chance(0.2) ? 8_000 : 60_000);
    if (outcome === "failed") this.#aws.clock.after(30_000, () => void this.#invoke(message));
  }

  async #poll(): Promise<void> {
    const { clock, queue } = this.#aws;
    while (clock.now() < this.#startAt + END_MS) {
      await clock.sleep(200);
      for (const message of queue.splice(0)) {
        if (message.availableAt <= clock.now()) void this.#invoke(message);
        else queue.push(message);
      }
    }
  }

  // API Gateway.

  #isRead(connectionId: string, connectedAt: number): boolean {
    const now = this.#aws.clock.now();
    return connectedAt <= now && now < (this.#sockets.get(connectionId)?.rowRemovedAt ?? 0);
  }

  #answer(connectionId: string, data: string): PostResult {
    const socket = this.#sockets.get(connectionId);
    if (socket === undefined) return 200;
    if (this.#aws.clock.now() >= socket.goneAt) return 410;
    const fails = this.#chance(this.#failing);
    if (!fails || this.#chance(1 / 3)) this.#arrive(socket, JSON.parse(data));
    return fails ? (([429, 500, 503, "reset"] as const)[this.#between(0, 3)] ?? 500) : 200;
  }

  // The client.

  #connect(device: Device): void {
    const { clock } = this.#aws;
    const connectionId = `mine-${this.#sockets.size}`;
    const row = {
      userId: USER,
      connectionId,
      connectedAt: clock.now(),
      deleteAt: (clock.now() + 7_500_000) / 1_000,
      protocol: PROTOCOLS.envelopes,
    };
    const never = Number.POSITIVE_INFINITY;
    const socket: Socket = {
      device,
      row,
      rowRemovedAt: never,
      deadAt: never,
      goneAt: never,
      isRecovered: false,
      seen: device.cursor,
    };
    this.#sockets.set(connectionId, socket);
    this.#rows.push(row);
    device.socket = socket;
    clock.after(this.#between(5, 500), () => this.#recover(socket));
    if (this.#isOver) return;
    const livesMs = this.#chance(0.3) ? this.#between(100, 5_000) : this.#between(5_000, this.#longestMs);
    const noticedAfterMs = this.#chance(0.5) ? this.#between(5_000, 60_000) : 0;
    clock.after(livesMs, () => this.#lose(socket, noticedAfterMs));
  }

  #lose(socket: Socket, noticedAfterMs: number): void {
    const { clock } = this.#aws;
    const now = clock.now();
    if (socket.deadAt <= now || this.#isOver) return;
    if (noticedAfterMs > 0) this.#vanished++;
    socket.deadAt = now;
    socket.goneAt = now + noticedAfterMs;
    socket.rowRemovedAt = socket.goneAt + this.#between(0, 2_000);
    clock.after(this.#chance(0.3) ? this.#between(1_000, 40_000) : this.#between(50, 1_000), () => {
      if (!this.#isOver) this.#connect(socket.device);
    });
  }

  /** What the control function does for `recover`, with all that it may take. */
  #recover(socket: Socket): void {
    const { clock, history } = this.#aws;
    const after = socket.device.cursor;
    clock.after(this.#slow(0.2, 15_000), () => {
      const readAt = clock.now();
      const from = cursorsFrom((cursorTime(after) ?? Number(after)) - RECOVERY_OVERLAP_MILLISECONDS);
      const missed = history.filter(
        ({ stream, cursor, writtenAt }) =>
          (stream === "everyone" || stream === `user:${USER}`) && cursor > from && writtenAt <= readAt,
      );
      clock.after(this.#slow(0.1, 2_000), () => {
        if (socket.deadAt <= clock.now()) return;
        for (const { id } of missed) socket.device.known.add(id);
        socket.isRecovered = true;
        this.#moveCursor(socket, cursorsFrom(readAt));
      });
    });
  }

  #arrive(socket: Socket, { id, cursor }: { readonly id: string; readonly cursor: string }): void {
    if (socket.deadAt <= this.#aws.clock.now()) return;
    socket.device.known.add(id);
    this.#moveCursor(socket, cursor);
  }

  #moveCursor(socket: Socket, cursor: string): void {
    if (cursor > socket.seen) socket.seen = cursor;
    if (socket.isRecovered && socket.seen > socket.device.cursor) socket.device.cursor = socket.seen;
  }

  get #isOver(): boolean {
    return this.#aws.clock.now() >= this.#startAt + END_MS;
  }

  #slow(probability: number, longestMs: number): number {
    return this.#chance(probability) ? this.#between(100, longestMs) : 10;
  }

  #chance(probability: number): boolean {
    return this.#random() < probability;
  }

  #between(from: number, to: number): number {
    return Math.round(from + this.#random() * (to - from));
  }
}
