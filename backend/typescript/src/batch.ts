import { randomUUID } from "node:crypto";
import type { OneOrMore } from "./check";
import {
  channelRequests,
  disconnectRequests,
  everyoneRequests,
  type NotifyOptions,
  notifyRequests,
  revokeRequests,
  type SumuRequest,
} from "./requests";
import { UnsentError } from "./send-requests";

/** Turns calls into requests. Each value is checked by the call, before anything is sent. */
export class RequestBuilder {
  constructor(
    private readonly nowSeconds: () => number,
    private readonly newId: () => string = randomUUID,
  ) {}

  notify(users: OneOrMore, data: unknown, options: NotifyOptions = {}): SumuRequest[] {
    return notifyRequests(users, data, this.#withId(options));
  }

  notifyChannel(channels: OneOrMore, data: unknown, options: NotifyOptions = {}): SumuRequest[] {
    return channelRequests(channels, data, this.#withId(options));
  }

  notifyEveryone(data: unknown, options: NotifyOptions = {}): SumuRequest[] {
    return everyoneRequests(data, this.#withId(options));
  }

  disconnect(users: OneOrMore, options: DisconnectOptions = {}): SumuRequest[] {
    return disconnectRequests(users, options);
  }

  revoke(users: OneOrMore, { issuedBefore = this.nowSeconds() }: RevokeOptions = {}): SumuRequest[] {
    return revokeRequests(users, issuedBefore);
  }

  #withId(options: NotifyOptions): NotifyOptions & { id: string } {
    return { ...options, id: options.id ?? this.newId() };
  }
}

/** How connections are closed. */
export interface DisconnectOptions {
  /** What clients of protocol 2 are told: 1 to 64 letters, digits and `_.:-`. @default - SUMU's own, `disconnected` */
  readonly reason?: string;
}

/** Which tokens are revoked. */
export interface RevokeOptions {
  /** Epoch seconds: tokens whose `iat` is earlier are refused. @default - now */
  readonly issuedBefore?: number;
}

/**
 * Requests that are sent together: ten in a call, in parallel. Each call checks its values and throws at once; nothing is
 * sent before {@link send}.
 */
export class Batch {
  #requests: SumuRequest[] = [];

  constructor(
    private readonly builder: RequestBuilder,
    private readonly sendAll: (requests: readonly SumuRequest[]) => Promise<void>,
  ) {}

  /** How many requests wait. A long list of users is several requests. */
  get size(): number {
    return this.#requests.length;
  }

  /** As `sumu.notify`. */
  notify(users: OneOrMore, data: unknown, options?: NotifyOptions): this {
    return this.#add(this.builder.notify(users, data, options));
  }

  /** As `sumu.notifyChannel`. */
  notifyChannel(channels: OneOrMore, data: unknown, options?: NotifyOptions): this {
    return this.#add(this.builder.notifyChannel(channels, data, options));
  }

  /** As `sumu.notifyEveryone`. */
  notifyEveryone(data: unknown, options?: NotifyOptions): this {
    return this.#add(this.builder.notifyEveryone(data, options));
  }

  /** As `sumu.disconnect`. */
  disconnect(users: OneOrMore, options?: DisconnectOptions): this {
    return this.#add(this.builder.disconnect(users, options));
  }

  /** As `sumu.revoke`. */
  revoke(users: OneOrMore, options?: RevokeOptions): this {
    return this.#add(this.builder.revoke(users, options));
  }

  /**
   * Sends what waits. Afterwards only what was not sent waits, so that a second call tries nothing twice.
   *
   * @returns how many requests the queue has taken
   * @throws UnsentError with what the queue has not taken
   */
  async send(): Promise<number> {
    const requests = this.#requests;
    this.#requests = [];
    try {
      await this.sendAll(requests);
      return requests.length;
    } catch (error) {
      const unsent = error instanceof UnsentError ? error.unsent.map(({ request }) => request) : requests;
      this.#requests.unshift(...unsent);
      throw error;
    }
  }

  #add(requests: readonly SumuRequest[]): this {
    this.#requests.push(...requests);
    return this;
  }
}
