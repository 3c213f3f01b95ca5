import type { Message } from "./core";
import { SumuError } from "./error";
import { channelEvent, createEvents } from "./events";
import type { Sumu } from "./sumu";

/**
 * What tabs say to each other: `hello`, a tab is new; `leader`, this is the leader's id; `event`, what the leader's client has
 * told; `answer`, to a call. A call itself begins with the id of the leader that it is for.
 */
type Note = readonly [kind: unknown, id?: unknown, ...values: readonly unknown[]];
type Call = readonly [verb: string, first?: unknown, second?: unknown];
type Settle = (value?: unknown, code?: string) => void;

/** What is used of the browser. */
const browser = globalThis as unknown as {
  addEventListener(event: string, listener: () => void): void;
  readonly navigator: {
    readonly locks: { request(name: string, options: object, run: () => Promise<unknown>): Promise<unknown> };
  };
};

/**
 * One connection for all tabs of a browser that call it with the same name. One tab, the leader, has the client: the
 * browser decides which (Web Locks). The tabs talk over a BroadcastChannel. When the leader is closed, another tab connects.
 *
 * @param name - has the user's id in it, as the name of the cursor
 * @param createClient - called in the tab that connects; give it a cursor, so that nothing is missed in between
 */
export function shareTabs<Data = unknown, Sent = unknown>(
  name: string,
  createClient: () => Sumu<Data, Sent>,
): Sumu<Data, Sent> {
  const events = createEvents();
  /** Subscriptions, and calls without an answer. A new leader gets them again. */
  const calls = new Map<unknown, { readonly call: Call; readonly settle?: Settle | undefined }>();
  /** Of the leader: the client, and its subscriptions for all tabs. */
  let client: Sumu | undefined;
  const offs = new Map<unknown, () => void>();
  let bus: InstanceType<typeof BroadcastChannel>;
  let stop: AbortController;
  /** Before a tab knows a leader, the leader does not take its calls: otherwise it would get them twice. */
  let leader: unknown;
  let state: Sumu["state"] = "connecting";
  let isClosed = false;

  /** To all tabs, this one too. */
  function say(...note: Note): void {
    if (stop.signal.aborted) return;
    bus.postMessage(note);
    hear(note);
  }

  function hear([kind, id, ...values]: Note): void {
    if (kind === "leader" && id !== leader) {
      leader = id;
      for (const [own, { call }] of calls) say(leader, own, ...call);
    }
    if (client && kind === "hello") {
      say("event", "state", client.state);
      say("leader", leader);
    }
    if (client && kind === leader) serve(client, id, values);
    if (kind === "answer") {
      calls.get(id)?.settle?.(...(values as Parameters<Settle>));
      calls.delete(id);
    }
    if (kind !== "event" || (id === "state" && values[0] === state)) return;
    if (id === "state") state = values[0] as typeof state;
    events.emit(id as string, ...values);
    const channel = id === "message" && (values[0] as Message).channel;
    if (channel) events.emit(channelEvent(channel), ...values);
  }

  async function serve(sumu: Sumu, id: unknown, [verb, first, second]: readonly unknown[]): Promise<void> {
    const channel = sumu.channel(first as string);
    try {
      if (verb === "subscribe") {
        const off = channel.subscribe(() => {}, { after: second as string });
        offs.set(id, off);
      } else if (verb === "unsubscribe") offs.get(id)?.();
      else say("answer", id, await (verb === "post" ? channel.post(second) : sumu[verb as "send"](first)));
    } catch (error) {
      // A message that has no JSON text throws an error without a code.
      say("answer", id, undefined, (error as SumuError).code ?? "refused");
    }
  }

  function add(call: Call, settle?: Settle): unknown {
    const id = Math.random();
    say(leader, id, ...call);
    calls.set(id, { call, settle });
    return id;
  }

  async function ask(...call: Call): Promise<unknown> {
    if (state === "closed") throw new SumuError("closed");
    return new Promise((resolve, reject) => {
      add(call, (value, code) => (code ? reject(new SumuError(code)) : resolve(value)));
    });
  }

  /** Joins the tabs. */
  function start(): void {
    isClosed = false;
    leader = undefined;
    bus = new BroadcastChannel(name);
    bus.onmessage = ({ data }: { data: Note }) => hear(data);
    stop = new AbortController();
    const { signal } = stop;
    hear(["event", "state", "connecting"]);
    say("hello");
    browser.navigator.locks
      .request(name, { signal }, () => {
        const created = createClient();
        client = created as Sumu;
        for (const event of ["state", "message", "gap", "disconnected", "refused"] as const) {
          created.on(event, (...values) => say("event", event, ...values));
        }
        say("leader", Math.random());
        say("hello");
        // The lock is held until this tab leaves.
        return new Promise((resolve) => {
          signal.onabort = resolve;
        });
      })
      .catch((error) => {
        // What `createClient` throws is the application's.
        if (!signal.aborted) throw error;
      });
  }

  /** Leaves the tabs. What this tab has asked for stays: a page that the browser shows again asks once more. */
  function leave(): Promise<void> | undefined {
    for (const id of calls.keys()) say(leader, id, "unsubscribe");
    // From here on this tab says nothing: the end of its client is not the end of the others'.
    stop.abort();
    bus.close();
    const last = client;
    client = undefined;
    return last?.close();
  }

  async function close(): Promise<void> {
    isClosed = true;
    for (const [id, { settle }] of calls) if (settle) hear(["answer", id, undefined, "closed"]);
    hear(["event", "state", "closed", "closed"]);
    await leave();
  }

  start();
  browser.addEventListener("pagehide", leave);
  browser.addEventListener("pageshow", () => {
    if (stop.signal.aborted && !isClosed) start();
  });

  return {
    get state() {
      return state;
    },
    on: events.on as Sumu<Data, Sent>["on"],
    send: (message) => ask("send", message) as Promise<void>,
    publish: (message) => ask("publish", message) as Promise<void>,
    reconnect() {
      if (isClosed) start();
      add(["reconnect"]);
    },
    close,
    channel: (channel) => ({
      name: channel,
      subscribe(handler, { after } = {}) {
        const off = events.on(channelEvent(channel), handler);
        const id = add(["subscribe", channel, after]);
        return () => {
          off();
          if (calls.delete(id)) say(leader, id, "unsubscribe");
        };
      },
      post: (data) => ask("post", channel, data) as Promise<string | undefined>,
    }),
  };
}
