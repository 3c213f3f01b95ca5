import { type App, copyOf, isForUser, type Notification } from "./app-copies";
import type { Fault, FaultKind } from "./fault";
import { Memberships } from "./memberships";
import type { GivenEvent, SoakEvent, SoakRecord } from "./record";

/**
 * Every notification reaches each application that it is for once, with its data, and no other application: the devices of
 * its users, or those that were in its channel before it was sent and have stayed.
 */
export function checkDeliveries(record: SoakRecord): readonly Fault[] {
  const checker = new DeliveryChecker(record);
  for (const event of record.events) checker.see(event);
  return checker.end();
}

class DeliveryChecker {
  readonly #faults: Fault[] = [];
  readonly #sent = new Map<string, Notification>();
  /** By their data: the id comes later. */
  readonly #posts = new Map<string, Notification>();
  readonly #apps: ReadonlyMap<string, App>;
  readonly #memberships = new Memberships();

  constructor(private readonly record: SoakRecord) {
    this.#apps = new Map(
      [...record.users].map(([name, user]) => [name, { name, user, copies: new Map(), hasJoined: false }]),
    );
  }

  see(event: SoakEvent): void {
    this.#memberships.note(event);
    const sentAt = this.#memberships.index;
    switch (event.kind) {
      case "sent": {
        const notification = { ...event, sentAt, isUncertain: false };
        this.#sent.set(event.id, notification);
        if (event.isKept) this.#expect(notification, event.id);
        break;
      }
      case "posting": {
        const { data, channel } = event;
        const { user: from } = this.#app(event.app);
        const to = { channels: [channel] };
        const notification = { to, except: [], data, from, sentAt, isUncertain: true, id: data };
        this.#posts.set(data, notification);
        this.#expect(notification, data);
        break;
      }
      case "posted": {
        const notification = this.#posts.get(event.data);
        if (notification !== undefined) Object.assign(notification, { isUncertain: false, id: event.id });
        break;
      }
      case "joined":
        this.#app(event.app).hasJoined = true;
        break;
      case "unwanted":
        for (const copy of this.#app(event.app).copies.values()) {
          if (copy.channel === event.channel) copy.isExpected = false;
        }
        break;
      case "given":
        this.#give(event);
    }
  }

  end(): readonly Fault[] {
    for (const { name, copies } of this.#apps.values()) {
      for (const { key, channel, isExpected, given } of copies.values()) {
        const post = this.#posts.get(key);
        const kind = given > 1 ? "twice" : isExpected && given === 0 && !post?.isUncertain && "missing";
        if (kind) this.#fault(kind, name, post?.id ?? key, channel);
      }
    }
    return this.#faults;
  }

  #expect(notification: Notification, key: string): void {
    const { to, except } = notification;
    if (to === "everyone" || !("channels" in to)) {
      for (const app of this.#apps.values()) {
        if (app.hasJoined && isForUser(notification, app.user)) copyOf(app, key, undefined).isExpected = true;
      }
      return;
    }
    for (const channel of to.channels) {
      for (const name of this.#memberships.certainlyIn(channel)) {
        const app = this.#app(name);
        if (!except.includes(app.user)) copyOf(app, key, channel).isExpected = true;
      }
    }
  }

  #give(event: GivenEvent): void {
    const app = this.#app(event.app);
    const { id, data, channel } = event;
    const post = this.#sent.has(id) ? undefined : this.#posts.get(data);
    const notification = this.#sent.get(id) ?? post;
    copyOf(app, post === undefined ? id : data, channel).given++;
    const kind = notification === undefined ? "unsent" : this.#wrong(event, app, notification);
    if (kind !== undefined) this.#fault(kind, app.name, id, channel);
  }

  #wrong({ data, channel, from }: GivenEvent, { name, user }: App, notification: Notification): FaultKind | undefined {
    const { to, except, sentAt } = notification;
    if (from !== notification.from) return "wrong_from";
    if (except.includes(user)) return "excepted";
    if (to === "everyone" || !("channels" in to)) {
      if (channel !== undefined || !isForUser(notification, user)) return "wrong_user";
    } else if (channel === undefined || !to.channels.includes(channel)) return "wrong_channel";
    else if (!this.record.rights.maySubscribe(user, channel)) return "forbidden";
    else if (!this.#memberships.mayGet(name, channel, sentAt)) return "outsider";
    return data === notification.data ? undefined : "wrong_data";
  }

  #fault(kind: FaultKind, who: string, id: string, channel: string | undefined): void {
    this.#faults.push({ kind, who, id, ...(channel !== undefined && { channel }) });
  }

  #app(name: string): App {
    const app = this.#apps.get(name);
    if (app === undefined) throw new Error(`the record has no user for ${name}`);
    return app;
  }
}
