import type { PresenceRow } from "../../../../handlers/presence/presence-row";
import { type SettlePorts, settleUser } from "../../../../handlers/presence/settle-user";

/**
 * One user's tables, topic and timer, without chance: every call takes effect at once, is noted in `calls`, and a test
 * puts what happens meanwhile into `before` or `after`, by the call's name and count (`replace 1`).
 */
export class ScriptedUser {
  readonly calls: string[] = [];
  readonly published: PresenceRow[] = [];
  readonly before = new Map<string, () => void | Promise<void>>();
  readonly after = new Map<string, () => void | Promise<void>>();
  readonly #counts = new Map<string, number>();
  connections = 0;
  row: PresenceRow | undefined;
  now = 1_000_000;

  readonly ports: SettlePorts = {
    connections: { isConnected: () => this.#call("isConnected", () => this.connections > 0) },
    store: {
      read: () => this.#call("read", () => this.row),
      replace: (_, expected, next) =>
        this.#call("replace", () => {
          const same = this.row?.version === expected?.version && this.row?.offlineSince === expected?.offlineSince;
          if (same) this.row = { ...next, announced: this.row?.announced ?? 0 };
          return same;
        }),
      markAnnounced: (_, version) =>
        this.#call("markAnnounced", () => {
          if (this.row?.version !== version) return undefined;
          this.row = { ...this.row, announced: version };
          return this.row;
        }),
    },
    publisher: { publish: (_, row) => this.#call("publish", () => void this.published.push(row)) },
    timer: { checkLater: (_, delaySeconds) => this.#call(`checkLater ${delaySeconds} s`, () => undefined) },
    clock: {
      now: () => this.now,
      after: (ms, callback) => {
        void this.#call("sleep", () => {
          this.now += ms;
        }).then(callback);
        return () => undefined;
      },
    },
  };

  settle(options: { graceMs?: number; lastSeenAt?: number; deadline?: number } = {}): Promise<void> {
    const { graceMs = 0, lastSeenAt, deadline = Number.POSITIVE_INFINITY } = options;
    return settleUser({ userId: "alice", lastSeenAt, graceMs, deadline }, this.ports);
  }

  /** What a consumer saw, repeats included. */
  get events(): string[] {
    return this.published.map(({ version, status }) => `${version} ${status}`);
  }

  async #call<T>(name: string, effect: () => T): Promise<T> {
    const count = (this.#counts.get(name) ?? 0) + 1;
    this.#counts.set(name, count);
    this.calls.push(name);
    await this.before.get(`${name} ${count}`)?.();
    const result = effect();
    await this.after.get(`${name} ${count}`)?.();
    return result;
  }
}
