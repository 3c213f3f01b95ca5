import type { SoakEvent } from "./record";
import type { MembershipEvent } from "./record-channels";

/** What is known of an application and a channel. */
interface Membership {
  isWanted: boolean;
  /** The client has been told that it is in, and it goes on from there after each break. */
  isIn: boolean;
  /** The connections that may be in the channel. */
  readonly connections: Set<number>;
  /** The frames that ask to join and were not undone by a later frame, as `<connection> <frame>`. */
  readonly asking: Set<string>;
  /** The connections whose last frame about the channel asks to leave it. */
  readonly leaving: Set<number>;
  /** Since this event it has certainly not been in the channel. */
  outsideSince: number;
}

/**
 * Which applications are in which channels, as the record goes on. An application is certainly in a channel from the answer
 * to its client until it does not want the channel any more. It may be in the channel a little earlier and later: from the
 * first frame that asks for it until the answer to the last one that leaves it.
 */
export class Memberships {
  /** By channel, then by application. */
  readonly #channels = new Map<string, Map<string, Membership>>();
  #index = 0;

  /** The number of the event that was noted last. */
  get index(): number {
    return this.#index;
  }

  note(event: SoakEvent): void {
    this.#index++;
    switch (event.kind) {
      case "wanted":
      case "unwanted": {
        const membership = this.#of(event.app, event.channel);
        membership.isWanted = event.kind === "wanted";
        membership.isIn = false;
        this.#see(membership);
        break;
      }
      case "subscribing":
      case "subscribed":
      case "unsubscribing":
      case "unsubscribed":
        for (const channel of event.channels) this.#change(this.#of(event.app, channel), event);
        break;
      case "ended":
        for (const apps of this.#channels.values()) {
          const membership = apps.get(event.app);
          if (membership?.connections.delete(event.connection)) this.#see(membership);
        }
    }
  }

  /** The applications that must get what is sent to the channel from now on. */
  certainlyIn(channel: string): readonly string[] {
    return [...(this.#channels.get(channel) ?? [])].flatMap(([app, { isIn }]) => (isIn ? [app] : []));
  }

  /** Whether an application may get now what was sent at this event. */
  mayGet(app: string, channel: string, sentAt: number): boolean {
    return sentAt <= this.#of(app, channel).outsideSince;
  }

  #change(membership: Membership, { kind, connection, frame }: MembershipEvent): void {
    const { connections, asking, leaving } = membership;
    const name = `${connection} ${frame}`;
    if (kind === "subscribing") {
      asking.add(name);
      connections.add(connection);
      leaving.delete(connection);
    } else if (kind === "subscribed") {
      if (membership.isWanted && asking.has(name)) membership.isIn = true;
    } else if (kind === "unsubscribing") {
      for (const each of asking) if (each.startsWith(`${connection} `)) asking.delete(each);
      leaving.add(connection);
    } else if (leaving.delete(connection)) connections.delete(connection);
    this.#see(membership);
  }

  #see(membership: Membership): void {
    const mayBeIn = membership.isWanted || membership.connections.size > 0;
    if (mayBeIn) membership.outsideSince = Number.POSITIVE_INFINITY;
    else if (membership.outsideSince === Number.POSITIVE_INFINITY) membership.outsideSince = this.#index;
  }

  #of(app: string, channel: string): Membership {
    const apps = this.#channels.get(channel) ?? new Map<string, Membership>();
    this.#channels.set(channel, apps);
    const membership = apps.get(app) ?? {
      isWanted: false,
      isIn: false,
      connections: new Set(),
      asking: new Set(),
      leaving: new Set(),
      outsideSince: 0,
    };
    apps.set(app, membership);
    return membership;
  }
}
