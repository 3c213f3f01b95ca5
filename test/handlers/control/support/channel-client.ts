import type { ActPorts } from "../../../../handlers/control/act";
import { FloodGuard, MEMBERSHIP, POSTS, REFUSALS } from "../../../../handlers/control/flood-guard";
import { type Handled, handleRequest } from "../../../../handlers/control/handle-request";
import type { HistoryEntry } from "../../../../handlers/control/read-history";
import type { ControlRequest } from "../../../../handlers/control/read-request";
import type { SubscribedConnection, Subscriptions } from "../../../../handlers/control/subscriptions";
import { CONTROL_METRICS } from "../../../../src/contract/control-handler";
import { SimulatedClock } from "../../../../support/simulated-clock";
import { NOW } from "./client";
import { Leases } from "./leases";

/** API Gateway gives each frame an id of its own. */
let requests = 0;

interface Row {
  readonly timestamp: number;
  readonly isIn: boolean;
}

/** Clients, channels and the control function between them, on a simulated clock. Each call of a table takes a while. */
export class ChannelClient {
  readonly clock: SimulatedClock;
  readonly frames: Record<string, unknown>[] = [];
  /** `<channel> <connection>`. */
  readonly rows: Map<string, Row>;
  readonly posts: { readonly id: string }[] = [];
  readonly history: Map<string, HistoryEntry[]>;
  readonly leases: Leases;
  /** Calls to the tables. */
  readonly calls: string[] = [];
  publicPatterns: readonly string[] = ["public:*"];
  maxPerConnection = 100;
  hasHistory = true;
  hasChannels = true;
  /** Whether alice's connection has a row. */
  isConnected = true;
  /** How long the next call of a table takes. */
  callMs: () => number = () => 5;
  /** How long a frame takes. */
  postMs = 0;
  /** Thrown by the queue of notifications. */
  postFails: Error | undefined;
  readonly counts = Object.fromEntries(
    Object.keys(CONTROL_METRICS.units).map((name) => [name, 0]),
  ) as ActPorts["counts"];
  readonly #guards = { membershipGuard: new FloodGuard(MEMBERSHIP), postGuard: new FloodGuard(POSTS) };
  readonly #recoveries = new FloodGuard();
  readonly #refusals = new FloodGuard(REFUSALS);

  /** @param another - one that another function serves: the tables are the same */
  constructor(another?: ChannelClient) {
    this.clock = another?.clock ?? new SimulatedClock(NOW);
    this.rows = another?.rows ?? new Map();
    this.history = another?.history ?? new Map();
    this.leases = another?.leases ?? new Leases();
  }

  /** Handles one frame of alice's. */
  send(
    action: ControlRequest["action"],
    members: object | string,
    facts: Partial<ControlRequest> = {},
  ): Promise<Handled> {
    return this.clock.drive(this.begin(action, members, facts));
  }

  /** Like {@link send}, without letting time pass. */
  begin(action: ControlRequest["action"], members: object | string, facts: Partial<ControlRequest> = {}) {
    const body = typeof members === "string" ? members : JSON.stringify({ action, id: "1", ...members });
    return handleRequest(
      {
        userId: "alice",
        connectionId: "c1",
        timestamp: this.clock.now(),
        action,
        requestId: `r${++requests}`,
        protocol: 2,
        expiresAt: undefined,
        grants: "room:* lobby;room:42",
        body,
        ...facts,
      },
      this.ports,
    );
  }

  /** The last frame that the client has got. */
  get answer(): Record<string, unknown> | undefined {
    return this.frames.at(-1);
  }

  /** The channels that a connection is in. */
  channelsOf(connectionId = "c1"): string[] {
    return [...this.rows]
      .filter(([key, { isIn }]) => isIn && key.endsWith(` ${connectionId}`))
      .map(([key]) => key.split(" ")[0] ?? "")
      .sort();
  }

  get subscriptions(): Subscriptions {
    const call = async (what: string) => {
      this.calls.push(what);
      await this.clock.sleep(this.callMs());
    };
    const decide = async (
      channel: string,
      { connectionId }: SubscribedConnection,
      timestamp: number,
      isIn: boolean,
      mayJoin = true,
    ) => {
      await call(`${isIn ? "join" : "leave"} ${channel}`);
      const key = `${channel} ${connectionId}`;
      const row = this.rows.get(key);
      if (row === undefined && !mayJoin) return false;
      const isLate = row !== undefined && (isIn ? row.timestamp > timestamp : row.timestamp >= timestamp);
      if (!isLate) this.rows.set(key, { timestamp, isIn });
      return !isLate;
    };
    return {
      connection: async (userId, connectionId) => {
        await call(`connection ${userId} ${connectionId}`);
        return this.isConnected ? { userId, connectionId, connectedAt: NOW - 1_000, deleteAt: NOW } : undefined;
      },
      channelsOf: async (connectionId) => {
        await call(`channels of ${connectionId}`);
        return new Set(this.channelsOf(connectionId));
      },
      join: (channel, connection, timestamp) => decide(channel, connection, timestamp, true),
      leave: (channel, connection, timestamp, mayJoin) => decide(channel, connection, timestamp, false, mayJoin),
      forget: async () => 0,
    };
  }

  get ports(): ActPorts {
    return {
      lease: this.hasHistory ? this.leases : undefined,
      history: this.hasHistory
        ? {
            page: async (stream, after, maxRows) => {
              await this.clock.sleep(5);
              const left = (this.history.get(stream) ?? []).filter(({ cursor }) => cursor > after);
              return { entries: left.slice(0, maxRows), isLast: left.length <= maxRows };
            },
          }
        : undefined,
      historySeconds: 3_600,
      socket: {
        send: async (_, text) => {
          if (this.postMs > 0) await this.clock.sleep(this.postMs);
          this.frames.push(JSON.parse(text));
          return "sent";
        },
      },
      guard: this.#recoveries,
      refusalGuard: this.#refusals,
      channels: this.hasChannels
        ? {
            ...this.#guards,
            subscriptions: this.subscriptions,
            publicPatterns: this.publicPatterns,
            maxPerConnection: this.maxPerConnection,
            postBox: {
              post: async (notification) => {
                if (this.postFails !== undefined) throw this.postFails;
                this.posts.push(notification);
              },
            },
          }
        : undefined,
      clock: this.clock,
      counts: this.counts,
    };
  }
}
