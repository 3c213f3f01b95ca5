import type { LocalStack } from "../../local/local-stack";
import { seededRandom } from "../../support/seeded-random";
import { Device } from "./device";
import { createLibraryClient } from "./library-client";
import { untilNone } from "./progress";
import type { SoakEvent } from "./record";
import { claimsOf, firstChannels } from "./rights";
import { createSmallClient } from "./small-client";
import type { Tally } from "./tally";

export const HISTORY_SECONDS = 3_600;
/** The cursor of a client that was away for years. */
const ANCIENT_CURSOR = "1000000000000-0";
const ARRIVING_AT_ONCE = 10;
const SHORT_TOKENS = 0.2;

export interface FleetOptions {
  readonly clients: number;
  readonly seed: number;
  readonly stack: LocalStack;
  readonly write: (event: SoakEvent) => void;
  readonly tally: Tally;
  readonly onStep: (step: string) => void;
}

/** The devices of all users. Two users of three have a second device. */
export class Fleet {
  readonly devices: readonly Device[];
  readonly users: number;
  /** Some tokens end soon, and their connections with them. */
  hasShortTokens = true;
  readonly #random: () => number;

  constructor(private readonly options: FleetOptions) {
    this.#random = seededRandom(options.seed + 2);
    this.users = Math.ceil((options.clients * 3) / 5);
    this.devices = Array.from({ length: options.clients }, (_, index) => this.#device(index));
  }

  /** One client in four comes while things go wrong. */
  get latecomers(): readonly Device[] {
    return this.devices.filter((_, index) => index % 4 === 3);
  }

  get firstComers(): readonly Device[] {
    return this.devices.filter((_, index) => index % 4 !== 3);
  }

  userOf(index: number): string {
    return `user-${index}`;
  }

  /** Opens devices that are closed, and waits until each has recovered and is in its channels. */
  async bringOnline(devices: readonly Device[]): Promise<void> {
    const before = new Map(devices.map((device) => [device, device.recoveries]));
    const countAway = (of: readonly Device[]) =>
      of.filter((device) => device.recoveries <= (before.get(device) ?? 0) || !device.isInItsChannels).length;
    // In groups: each handshake at the same time has an authorizer of its own, and each of these is a process.
    for (let from = 0; from < devices.length; from += ARRIVING_AT_ONCE) {
      const group = devices.slice(from, from + ARRIVING_AT_ONCE);
      for (const device of group) device.open();
      const later = devices.length - from - group.length;
      await untilNone(`clients that are not back (${later} come later)`, () => countAway(group), this.options.onStep);
    }
  }

  async close(devices = this.devices): Promise<void> {
    await Promise.all(devices.map((device) => device.close()));
  }

  #device(index: number): Device {
    const { stack, write, tally } = this.options;
    const user = this.userOf(index % this.users);
    // If only one kind has a fault, the fault is in that client.
    const isSmall = index % 4 === 0;
    return new Device({
      app: `${user}/${isSmall ? "small" : "library"}-${index}`,
      user,
      url: stack.info.websocket_url,
      token: () => this.#mint(user),
      createClient: isSmall ? createSmallClient : createLibraryClient,
      channels: firstChannels(user, index),
      historySeconds: HISTORY_SECONDS,
      cursor: index % 20 === 8 || index % 20 === 9 ? ANCIENT_CURSOR : undefined,
      write,
      count: (what) => tally.add("clients", what),
      countRefused: (why) => tally.add("handshakes refused", why),
    });
  }

  async #mint(user: string): Promise<string> {
    const { issuer } = this.options.stack;
    const claims = { ...claimsOf(user) };
    if (!this.hasShortTokens || this.#random() >= SHORT_TOKENS) return issuer.mint(user, { claims });
    this.options.tally.add("clients", "tokens that end soon");
    return issuer.mint(user, { claims, expiresInSeconds: 5 + Math.floor(this.#random() * 25) });
  }
}
