import type { Message } from "./core";
import { SumuError } from "./error";
import { channelEvent, createEvents } from "./events";
import { asText } from "./frame";
import type { Sumu } from "./sumu";

/**
 * What tabs say to each other. A tab calls the leader, and the leader answers; the leader tells its events. `hello`: a tab
 * is new. `leader`: another tab has the connection now.
 */
type Note =
  | readonly ["call", id: string, verb: string, first?: unknown, second?: unknown]
  | readonly ["answer", id: string, value?: unknown, code?: string]
  | readonly ["event", name: string, ...values: readonly unknown[]]
  | readonly ["hello" | "leader"];

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
  const bus = new BroadcastChannel(name);
  const stop = new AbortController();
  const tab = Math.random();
  /** Subscriptions, and calls without an answer. A new leader gets them again. */
  const calls = new Map<string, { readonly note: Note; readonly settle: Settle }>();
  /** Of the leader: the client, and its subscriptions for all tabs. */
  let client: Sumu | undefined;
  const offs = new Map<string, () => void>();
  let state: Sumu["state"] = "connecting";
  let count = 0;

  /** To all tabs, this one too. */
  function say(...note: Note): void {
    bus.postMessage(note);
    hear(note);
  }

  function hear([kind, id = "", ...values]: Note): void {
    if (kind === "leader") for (const { note } of calls.values()) say(...note);
    if (kind === "hello" && client) say("event", "state", client.state);
    if (kind === "call" && client) serve(client, id, values);
    if (kind === "answer") calls.get(id)?.settle(...(values as Parameters<Settle>));
    if (kind !== "event" || (id === "state" && values[0] === state)) return;
    if (id === "state") state = values[0] as typeof state;
    events.emit(id, ...values);
    const channel = id === "message" && (values[0] as Message).channel;
    if (channel) events.emit(channelEvent(channel), ...values);
  }

  async function serve(leader: Sumu, id: string, [verb, first, second]: readonly unknown[]): Promise<void> {
    const channel = leader.channel(`${first}`);
    try {
      if (verb === "subscribe") {
        const off = channel.subscribe(() => {}, { after: asText(second) });
        offs.set(id, off);
      } else if (verb === "unsubscribe") offs.get(id)?.();
      else say("answer", id, await (verb === "post" ? channel.post(second) : leader[verb as "send"](first)));
    } catch (error) {
      say("answer", id, undefined, (error as SumuError).code);
    }
  }

  const newId = () => `${tab} ${++count}`;

  async function ask(verb: string, first?: unknown, second?: unknown, id = newId()): Promise<unknown> {
    if (state === "closed") throw new SumuError("closed");
    return new Promise((resolve, reject) => {
      const note: Note = ["call", id, verb, first, second];
      const settle: Settle = (value, code) => {
        calls.delete(id);
        if (code) reject(new SumuError(code));
        else resolve(value);
      };
      calls.set(id, { note, settle });
      say(...note);
    });
  }

  async function close(): Promise<void> {
    for (const [id, { settle }] of calls) {
      say("call", id, "unsubscribe");
      settle(undefined, "closed");
    }
    hear(["event", "state", "closed", "closed"]);
    stop.abort();
    await client?.close();
    bus.close();
  }

  bus.onmessage = ({ data }: { data: Note }) => hear(data);
  say("hello");
  browser.addEventListener("pagehide", close);
  browser.navigator.locks
    .request(name, { signal: stop.signal }, () => {
      const leader = createClient();
      client = leader as Sumu;
      for (const event of ["state", "message", "gap", "disconnected", "refused"] as const) {
        leader.on(event, (...values) => say("event", event, ...values));
      }
      say("event", "state", leader.state);
      say("leader");
      // The lock is held until this tab closes.
      return new Promise((resolve) => stop.signal.addEventListener("abort", resolve));
    })
    .catch(() => {});

  return {
    get state() {
      return state;
    },
    on: events.on as Sumu<Data, Sent>["on"],
    send: async (message) => void (await ask("send", message)),
    publish: async (message) => void (await ask("publish", message)),
    reconnect: () => say("call", "", "reconnect"),
    close,
    channel: (channel) => ({
      name: channel,
      subscribe(handler, { after } = {}) {
        const off = events.on(channelEvent(channel), handler);
        const id = newId();
        ask("subscribe", channel, after, id).catch(() => {});
        return () => {
          off();
          if (calls.delete(id)) say("call", id, "unsubscribe");
        };
      },
      post: (data) => ask("post", channel, data) as Promise<string | undefined>,
    }),
  };
}
