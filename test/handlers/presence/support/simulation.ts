import type { DynamoDBRecord, SQSRecord } from "aws-lambda";
import { encodeGraceCheck } from "../../../../handlers/presence/grace-check";
import { type BatchItemFailures, handleEvent } from "../../../../handlers/presence/handle-event";
import type { PresenceRow } from "../../../../handlers/presence/presence-row";
import { OutOfTimeError, type SettlePorts } from "../../../../handlers/presence/settle-user";
import { CONNECTION_ROW_SECONDS } from "../../../../src/contract/limits";
import type { PresenceStatus } from "../../../../src/contract/messages";
import { queueEvent, queueRecord, streamEvent, streamRecord } from "./events";

/** What devices do: come or go (`toggle`); die without a goodbye (`vanish`), which leaves the row until it expires. */
export type DeviceStep =
  | { readonly type: "toggle" | "vanish"; readonly user: string; readonly device: number }
  | { readonly type: "wait"; readonly milliseconds: number }
  /** Somebody deletes the user's row of the presence table. */
  | { readonly type: "lose"; readonly user: string }
  /** DynamoDB removes the expired rows. */
  | { readonly type: "sweep" };

export interface SimulationOptions {
  readonly history: readonly DeviceStep[];
  /** Decides what runs next and what fails. */
  readonly seed: number;
  readonly graceMs?: number;
  /** Batches of the stream that may run side by side; a connection's records stay in one of them. */
  readonly parallelBatches?: number;
  /** Throw before or after a call's effect, kill an invocation before or after it, deliver twice; clocks that differ, time that passes unused. */
  readonly faults?: boolean;
  /** Devices act only while no invocation runs, and time passes only when all they have caused is done: no lag. */
  readonly prompt?: boolean;
}

export interface Published {
  readonly userId: string;
  readonly row: PresenceRow;
}

interface Call {
  readonly invocation: Invocation;
  /** Some calls are slow: others overtake them by many steps. */
  readonly readyAtStep: number;
  readonly run: (fate: "succeed" | "throw-before" | "throw-after") => void;
  /** The effect alone: the caller dies before it hears of it. */
  readonly effect: () => unknown;
}

interface Sleeper {
  readonly invocation: Invocation;
  readonly until: number;
  readonly wake: () => void;
}

interface Invocation {
  /** How far its clock runs ahead, in milliseconds. */
  readonly skew: number;
  readonly onEnd: (result: BatchItemFailures | "failed") => void;
}

interface GraceMessage {
  readonly record: SQSRecord;
  visibleAt: number;
}

const INVOCATION_SECONDS = 30;
const START = Date.UTC(2026, 10, 24, 8);

class InjectedFault extends Error {}

/**
 * A world in which the watchdog runs: connections with their stream, the presence table, the topic, the grace queue,
 * and Lambda's event source mappings with their rules of retry. Every port call of every invocation waits until it is
 * picked, so any interleaving can happen, and with `faults` any of them can fail on either side of its effect.
 */
export class Simulation {
  readonly published: Published[] = [];
  readonly rows = new Map<string, PresenceRow>();
  /** Versions whose state was not true at any moment since the version before. */
  readonly untrueVersions: Published[] = [];
  /** Users whose row was not true although everything that they had caused was done. */
  readonly untrueAtRest: { readonly userId: string; readonly at: number }[] = [];
  /** For each OFFLINE, in order: how long the user had been without a connection, in milliseconds. */
  readonly offlineAfterMs: number[] = [];
  /** What the watchdog threw although no port did. That its time ran out while the clock jumped is none of it. */
  readonly unexpectedErrors: unknown[] = [];
  now = START;

  readonly #options: Required<SimulationOptions>;
  readonly #connections = new Map<string, Map<string, number>>();
  readonly #devices = new Map<string, string>();
  readonly #batches: { records: DynamoDBRecord[]; busy: boolean }[];
  readonly #grace: GraceMessage[] = [];
  readonly #calls: Call[] = [];
  readonly #sleepers: Sleeper[] = [];
  readonly #invocations = new Set<Invocation>();
  /** Per user: the last step at which each state was true, the step of the last version, the last time connected. */
  readonly #truth = new Map<string, Record<PresenceStatus | "version" | "connectedAt", number>>();
  #seed: number;
  #step = 0;
  #nextDeviceStep = 0;
  #nextDeviceAtStep = 0;
  #devicesWaitUntil = START;
  /** Time passes although not all is done: records, calls and checks lag behind. */
  #waitIsImpatient = false;
  #lastSequenceNumber = 0;

  constructor(options: SimulationOptions) {
    this.#options = { graceMs: 0, parallelBatches: 1, faults: false, prompt: false, ...options };
    this.#seed = options.seed;
    this.#batches = Array.from({ length: this.#options.parallelBatches }, () => ({ records: [], busy: false }));
  }

  /** Runs until nothing is left to do. */
  async run(): Promise<this> {
    for (let advanced = true; advanced; ) {
      this.#step += 1;
      if (this.#step > 50_000) throw new Error("the simulation does not come to rest");
      this.now += this.#pick(3);
      this.#observeTruth();
      advanced = this.#advance();
      await new Promise(setImmediate);
    }
    return this;
  }

  isConnected(userId: string): boolean {
    return this.#isConnected(userId, this.now);
  }

  get users(): string[] {
    return [...this.#connections.keys()];
  }

  #isConnected(userId: string, now: number): boolean {
    return [...(this.#connections.get(userId)?.values() ?? [])].some((deleteAt) => deleteAt * 1_000 > now);
  }

  #advance(): boolean {
    const { prompt } = this.#options;
    const moves: (() => void)[] = [];
    const ready = this.#calls.filter(({ readyAtStep }) => readyAtStep <= this.#step);
    if (ready.length > 0) moves.push(() => this.#runCall(this.#pickOf(ready)));
    const idleBatches = this.#batches.filter(({ busy, records }) => !busy && records.length > 0);
    if (idleBatches.length > 0) moves.push(() => this.#deliverStream(this.#pickOf(idleBatches)));
    const streamDone = this.#invocations.size === 0 && this.#batches.every(({ records }) => records.length === 0);
    const graceIsDue = this.#grace.some(({ visibleAt }) => visibleAt <= this.now);
    if (graceIsDue && (streamDone || !prompt)) moves.push(() => this.#deliverGrace());
    const awake = this.#sleepers.filter(({ until }) => until <= this.now);
    if (awake.length > 0) moves.push(() => this.#wake(this.#pickOf(awake)));
    if (this.#options.faults && this.#invocations.size > 0 && this.#chance(0.03)) moves.push(() => this.#kill());

    const devicesGoOn = this.#nextDeviceStep < this.#options.history.length;
    if (this.#step < this.#nextDeviceAtStep) {
      // The devices take their time.
    } else if (devicesGoOn && this.#devicesWaitUntil <= this.now && (this.#invocations.size === 0 || !prompt)) {
      moves.push(() => this.#stepDevices());
    } else if (devicesGoOn && this.#waitIsImpatient) {
      moves.push(() => this.#jump(this.#devicesWaitUntil));
    }
    if (moves.length > 0) {
      this.#pickOf(moves)();
      return true;
    }
    if (this.#calls.length > 0 || this.#step < this.#nextDeviceAtStep) return true;
    if (streamDone && this.#grace.length === 0) this.#observeRest();
    return this.#passTime(devicesGoOn) || (!devicesGoOn && this.#sweep());
  }

  #observeRest(): void {
    for (const [userId, connections] of this.#connections) {
      const hasExpired = [...connections.values()].some((deleteAt) => deleteAt * 1_000 <= this.now);
      const isOnline = this.rows.get(userId)?.status === "ONLINE";
      if (!hasExpired && isOnline !== this.isConnected(userId)) this.untrueAtRest.push({ userId, at: this.now });
    }
  }

  #passTime(devicesGoOn: boolean): boolean {
    const next = Math.min(
      ...this.#sleepers.map(({ until }) => until),
      ...this.#grace.map(({ visibleAt }) => visibleAt),
      devicesGoOn ? this.#devicesWaitUntil : Number.POSITIVE_INFINITY,
    );
    if (next === Number.POSITIVE_INFINITY) return false;
    this.#jump(next);
    return true;
  }

  #jump(to: number): void {
    this.now = Math.max(this.now, to);
  }

  #stepDevices(): void {
    const step = this.#options.history[this.#nextDeviceStep++];
    if (step === undefined) return;
    if (!this.#options.prompt && this.#chance(0.5)) this.#nextDeviceAtStep = this.#step + this.#pick(20);
    if (step.type === "wait") {
      this.#devicesWaitUntil = this.now + step.milliseconds;
      this.#waitIsImpatient = this.#options.faults && this.#chance(0.3);
    } else if (step.type === "sweep") this.#sweep();
    else if (step.type === "lose") this.rows.delete(step.user);
    else this.#stepDevice(step.type, step.user, `${step.user}/${step.device}`);
  }

  #stepDevice(type: "toggle" | "vanish", userId: string, device: string): void {
    const connections = this.#connections.get(userId) ?? new Map<string, number>();
    this.#connections.set(userId, connections);
    const connectionId = this.#devices.get(device);
    if (connectionId !== undefined) {
      this.#devices.delete(device);
      if (type === "toggle" && connections.delete(connectionId)) this.#record("REMOVE", userId, connectionId);
    } else if (type === "toggle") {
      const opened = `${device}-${this.#lastSequenceNumber + 1}`;
      this.#devices.set(device, opened);
      connections.set(opened, Math.floor(this.now / 1_000) + CONNECTION_ROW_SECONDS);
      this.#record("INSERT", userId, opened);
    }
  }

  #sweep(): boolean {
    let swept = false;
    for (const [userId, connections] of this.#connections) {
      for (const [connectionId, deleteAt] of connections) {
        if (deleteAt * 1_000 > this.now) continue;
        connections.delete(connectionId);
        this.#record("REMOVE", userId, connectionId, true);
        swept = true;
      }
    }
    return swept;
  }

  #record(eventName: "INSERT" | "REMOVE", userId: string, connectionId: string, expired = false): void {
    const sequenceNumber = String(++this.#lastSequenceNumber).padStart(12, "0");
    const hash = [...connectionId].reduce((sum, character) => Math.imul(sum, 31) + character.charCodeAt(0), 7);
    this.#batches[(hash >>> 0) % this.#batches.length]?.records.push(
      streamRecord({ eventName, userId, connectionId, sequenceNumber, at: this.now, expired }),
    );
    this.#observeTruth();
  }

  #deliverStream(batch: { records: DynamoDBRecord[]; busy: boolean }): void {
    const records = batch.records.slice(0, 1 + this.#pick(10));
    batch.busy = true;
    this.#invoke(streamEvent(...records), (result) => {
      batch.busy = false;
      // Lambda goes on at the lowest sequence number reported, and begins the batch anew when the invocation failed.
      const failed = result === "failed" ? records : result.batchItemFailures;
      const identifiers = new Set(
        failed.map((item) => ("itemIdentifier" in item ? item.itemIdentifier : item.dynamodb?.SequenceNumber)),
      );
      const done = records.findIndex(({ dynamodb }) => identifiers.has(dynamodb?.SequenceNumber));
      if (this.#options.faults && this.#chance(0.1)) return;
      batch.records.splice(0, done === -1 ? records.length : done);
    });
  }

  #deliverGrace(): void {
    const due = this.#grace.filter(({ visibleAt }) => visibleAt <= this.now).slice(0, 1 + this.#pick(10));
    for (const message of due) message.visibleAt = this.now + 6 * INVOCATION_SECONDS * 1_000;
    this.#invoke(queueEvent(...due.map(({ record }) => record)), (result) => {
      const failed = new Set(
        result === "failed"
          ? due.map(({ record }) => record.messageId)
          : result.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier),
      );
      for (const message of due) {
        if (failed.has(message.record.messageId) || (this.#options.faults && this.#chance(0.1))) continue;
        this.#grace.splice(this.#grace.indexOf(message), 1);
      }
    });
  }

  #invoke(event: object, onEnd: Invocation["onEnd"]): void {
    const skew = this.#options.faults && this.#chance(0.3) ? this.#pick(256) * 10 - 1_000 : 0;
    const invocation: Invocation = { skew, onEnd };
    this.#invocations.add(invocation);
    const end = (result: BatchItemFailures | "failed"): void => {
      if (this.#invocations.delete(invocation)) onEnd(result);
    };
    handleEvent(event, {
      now: this.now + skew,
      presence: { ...this.#ports(invocation), graceMs: this.#options.graceMs },
      deadline: this.now + skew + INVOCATION_SECONDS * 1_000,
      concurrency: 2,
      giveUp: async () => {
        throw new Error("nothing in a history is beyond help");
      },
      onFailure: (error) => {
        if (!(error instanceof InjectedFault || error instanceof OutOfTimeError)) this.unexpectedErrors.push(error);
      },
    }).then(end, (error: unknown) => {
      this.unexpectedErrors.push(error);
      end("failed");
    });
  }

  #runCall(call: Call): void {
    this.#calls.splice(this.#calls.indexOf(call), 1);
    const fails = this.#options.faults && this.#chance(0.08);
    call.run(fails ? (this.#chance(0.5) ? "throw-before" : "throw-after") : "succeed");
  }

  #wake(sleeper: Sleeper): void {
    this.#sleepers.splice(this.#sleepers.indexOf(sleeper), 1);
    sleeper.wake();
  }

  /** The function dies: of the calls under way some have had their effect; nobody hears of any. */
  #kill(): void {
    const invocation = this.#pickOf([...this.#invocations]);
    for (const call of this.#calls.filter((call) => call.invocation === invocation)) {
      this.#calls.splice(this.#calls.indexOf(call), 1);
      if (this.#chance(0.5)) call.effect();
    }
    for (const sleeper of this.#sleepers.filter((sleeper) => sleeper.invocation === invocation)) {
      this.#sleepers.splice(this.#sleepers.indexOf(sleeper), 1);
    }
    this.#invocations.delete(invocation);
    invocation.onEnd("failed");
  }

  #ports(invocation: Invocation): SettlePorts {
    const call = <T>(effect: () => T): Promise<T> =>
      new Promise<T>((resolve, reject) => {
        const run: Call["run"] = (fate) => {
          if (fate === "throw-before") return reject(new InjectedFault("before"));
          const result = effect();
          if (fate === "throw-after") return reject(new InjectedFault("after"));
          resolve(result);
        };
        const readyAtStep = this.#step + (this.#chance(0.25) ? this.#pick(120) : 0);
        this.#calls.push({ invocation, readyAtStep, run, effect });
      });

    return {
      connections: { isConnected: (userId, now) => call(() => this.#isConnected(userId, now - invocation.skew)) },
      store: {
        read: (userId) => call(() => this.rows.get(userId)),
        replace: (userId, expected, next) => call(() => this.#replace(userId, expected, next)),
        markAnnounced: (userId, version) =>
          call(() => {
            const row = this.rows.get(userId);
            if (row?.version !== version) return undefined;
            const marked = { ...row, announced: version };
            this.rows.set(userId, marked);
            return marked;
          }),
      },
      publisher: { publish: (userId, row) => call(() => void this.published.push({ userId, row })) },
      timer: {
        checkLater: (userId, delaySeconds) =>
          call(() => {
            const messageId = `m-${this.#step}-${this.#grace.length}`;
            const record = queueRecord({ messageId, body: encodeGraceCheck(userId) });
            this.#grace.push({ record, visibleAt: this.now + delaySeconds * 1_000 });
          }),
      },
      clock: {
        now: () => this.now + invocation.skew,
        after: (ms, wake) => {
          this.#sleepers.push({ invocation, until: this.now + ms, wake });
          return () => undefined;
        },
      },
    };
  }

  #replace(userId: string, expected: PresenceRow | undefined, next: PresenceRow): boolean {
    const row = this.rows.get(userId);
    if (row?.version !== expected?.version || row?.offlineSince !== expected?.offlineSince) return false;
    this.rows.set(userId, { ...next, announced: row?.announced ?? 0 });
    if (next.version !== row?.version) this.#observeVersion(userId, next);
    return true;
  }

  #observeTruth(): void {
    for (const userId of this.#connections.keys()) {
      const truth = this.#truth.get(userId) ?? { ONLINE: -1, OFFLINE: 0, version: 0, connectedAt: 0 };
      const connected = this.#isConnected(userId, this.now);
      truth[connected ? "ONLINE" : "OFFLINE"] = this.#step;
      if (connected) truth.connectedAt = this.now;
      this.#truth.set(userId, truth);
    }
  }

  #observeVersion(userId: string, row: PresenceRow): void {
    const truth = this.#truth.get(userId);
    if (truth === undefined || truth[row.status] < truth.version) this.untrueVersions.push({ userId, row });
    if (truth === undefined) return;
    truth.version = this.#step;
    if (row.status === "OFFLINE") this.offlineAfterMs.push(this.now - truth.connectedAt);
  }

  /** From 0 to 1 (mulberry32). */
  #random(): number {
    this.#seed = (this.#seed + 0x6d2b79f5) | 0;
    let bits = Math.imul(this.#seed ^ (this.#seed >>> 15), 1 | this.#seed);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  }

  #pick(count: number): number {
    return Math.floor(this.#random() * count);
  }

  #pickOf<T>(items: readonly T[]): T {
    return items[this.#pick(items.length)] as T;
  }

  #chance(probability: number): boolean {
    return this.#random() < probability;
  }
}
