import { type Channel, createSubscriptions, type Subscriptions } from "./channels";
import { type CoreOptions, SumuCore } from "./core";
import { type CursorStore, createRecovery } from "./recovery";

/** How a client connects, how many messages wait, and where it keeps its cursor. */
export interface SumuOptions extends CoreOptions {
  /**
   * Where the client keeps what it knows, so that a reload misses nothing and repeats nothing. One store for each user.
   * @default in memory: after a reload, the client begins now
   */
  readonly cursor?: CursorStore;
}

/**
 * A user's connection to SUMU, for as long as you want it.
 *
 * @example
 * const sumu = new SumuClient({ url, token: () => auth.token(), cursor: localStorageCursor("sumu:alice") });
 * sumu.on("message", ({ data }) => render(data));
 * sumu.on("gap", () => refetch());
 */
export class SumuClient<Data = unknown, Sent = unknown> extends SumuCore<Data, Sent> {
  readonly #subscriptions: Subscriptions;

  /** @throws TypeError if the url is not of a WebSocket, or `pingAfterMs` is not in its range */
  constructor(options: SumuOptions) {
    let subscriptions: Subscriptions | undefined;
    super(options, (host) => {
      const recovery = createRecovery(host, options.cursor);
      subscriptions = createSubscriptions(host, recovery);
      const { opened } = subscriptions;
      return {
        ...recovery,
        opened(link, lostSince) {
          recovery.opened(link, lostSince);
          opened();
        },
      };
    });
    this.#subscriptions = subscriptions as unknown as Subscriptions;
  }

  /** A channel by its name: `[A-Za-z0-9_.:=@-]`, at most 128 characters. */
  channel<ChannelData = Data>(name: string): Channel<ChannelData> {
    return {
      name,
      subscribe: (handler, options) => this.#subscriptions.subscribe(name, handler, options?.after),
      post: (data) => this.#subscriptions.post(name, data),
    };
  }
}
