import type { ActPorts } from "../../../../handlers/control/act";
import { FloodGuard, REFUSALS } from "../../../../handlers/control/flood-guard";
import { type Handled, handleRequest } from "../../../../handlers/control/handle-request";
import type { HistoryEntry } from "../../../../handlers/control/read-history";
import type { ControlRequest } from "../../../../handlers/control/read-request";
import type { SendResult } from "../../../../handlers/control/socket";
import { CONTROL_METRICS } from "../../../../src/contract/control-handler";
import { cursorAt } from "../../../../src/contract/history";
import { SimulatedClock } from "../../../../support/simulated-clock";
import { Leases } from "./leases";

/** The time at which each simulation begins. */
export const NOW = Date.UTC(2026, 0, 1);
const PAGE_ROWS = 3;
const READ_MS = 5;
/** API Gateway gives each frame an id of its own. */
let requests = 0;

/** A client of alice's, the history, and the control function between them, on a simulated clock. */
export class Client {
  readonly clock: SimulatedClock;
  /** Frames that the client has got. */
  readonly frames: Record<string, unknown>[] = [];
  readonly history: Map<string, HistoryEntry[]>;
  /** Pages that were read. */
  pages = 0;
  /** What becomes of a frame, by the number of frames before it. @default "sent" */
  send: (before: number, text: string) => SendResult = () => "sent";
  /** How long a frame takes. */
  postMs = 10;
  /** Thrown by a read. */
  readFails: Error | undefined;
  /** Thrown when a lease is given back. */
  giveFails: Error | undefined;
  historySeconds = 3_600;
  hasHistory = true;
  /** All functions see the same leases. */
  readonly leases: Leases;
  readonly counts = Object.fromEntries(
    Object.keys(CONTROL_METRICS.units).map((name) => [name, 0]),
  ) as ActPorts["counts"];
  readonly #guard = new FloodGuard();
  readonly #refusalGuard = new FloodGuard(REFUSALS);

  /** @param another - one that another function serves: the history and the leases are the same */
  constructor(another?: Client) {
    this.clock = another?.clock ?? new SimulatedClock(NOW);
    this.history = another?.history ?? new Map();
    this.leases = another?.leases ?? new Leases();
  }

  /** Keeps a notification in a stream. @returns its cursor */
  keep(stream: string, id: string, secondsAgo: number, more: Partial<HistoryEntry> = {}): string {
    const cursor = cursorAt(NOW - secondsAgo * 1_000, id.replace(/[^0-9A-Za-z]/g, ""));
    const entries = [...(this.history.get(stream) ?? []), { cursor, id, data: JSON.stringify(id), ...more }];
    entries.sort((one, other) => (one.cursor < other.cursor ? -1 : 1));
    this.history.set(stream, entries);
    return cursor;
  }

  recover(members: object, facts: Partial<ControlRequest> = {}): Promise<Handled> {
    return this.clock.drive(this.begin(JSON.stringify({ action: "recover", id: "1", ...members }), facts));
  }

  /** Like {@link recover}, with any body, and without letting time pass. */
  begin(body: string, facts: Partial<ControlRequest> = {}): Promise<Handled> {
    return handleRequest(
      {
        userId: "alice",
        connectionId: "c1",
        timestamp: this.clock.now(),
        action: "recover",
        requestId: `r${++requests}`,
        protocol: 2,
        expiresAt: undefined,
        grants: undefined,
        body,
        ...facts,
      },
      this.#ports,
    );
  }

  /** The ids of the notifications that the client has got. */
  get ids(): unknown[] {
    return this.frames.filter(({ type }) => type === "notification").map(({ id }) => id);
  }

  /** The last frame. */
  get answer(): Record<string, unknown> | undefined {
    return this.frames.at(-1);
  }

  get #ports(): ActPorts {
    return {
      history: this.hasHistory
        ? {
            page: async (stream, after) => {
              this.pages++;
              await this.clock.sleep(READ_MS);
              if (this.readFails !== undefined) throw this.readFails;
              const left = (this.history.get(stream) ?? []).filter(({ cursor }) => cursor > after);
              return { entries: left.slice(0, PAGE_ROWS), isLast: left.length <= PAGE_ROWS };
            },
          }
        : undefined,
      lease: {
        take: (holder, now) => this.leases.take(holder, now),
        give: async (holder, now) => {
          await this.leases.give(holder, now);
          if (this.giveFails !== undefined) throw this.giveFails;
        },
      },
      historySeconds: this.historySeconds,
      socket: {
        send: async (_, text) => {
          await this.clock.sleep(this.postMs);
          const result = this.send(this.frames.length, text);
          if (result === "sent") this.frames.push(JSON.parse(text));
          return result;
        },
      },
      guard: this.#guard,
      refusalGuard: this.#refusalGuard,
      clock: this.clock,
      counts: this.counts,
    };
  }
}
