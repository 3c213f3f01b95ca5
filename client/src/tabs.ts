import type { Message } from "./core";
import { SumuError } from "./error";
import { channelEvent, createEvents } from "./events";
import { asText } from "./frame";
import type { Sumu } from "./sumu";

type Verb = "send" | "publish" | "post" | "subscribe" | "unsubscribe" | "reconnect";

/** A tab asks the leader: the tab that has the connection. */
interface Call {
  readonly id: string;
  readonly verb: Verb;
  readonly values: readonly unknown[];
}

/** What tabs say to each other: a call, its answer, an event, and who is there. */
interface Note {
  readonly call?: Call;
  readonly answer?: {
    readonly id: string;
    readonly value?: unknown;
    readonly code?: string;
    readonly message?: string;
  };
  readonly event?: { readonly name: string; readonly values: readonly unknown[] };
  readonly say?: "hello" | "leader";
}

/** What is used of the browser. */
const browser = globalThis as unknown as {
  addEventListener(event: string, listener: () => void): void;
  readonly navigator: {
    readonly locks: { request(name: string, options: object, run: () => Promise<unknown>): Promise<unknown> };
  };
};

const EVENTS = ["state", "message", "gap", "disconnected", "refused"] as const;

/**
 * One connection for all tabs of a browser that call it with the same name. One tab, the leader, has the client; the
 * browser says which (Web Locks), and the tabs talk over a BroadcastChannel. When the leader is closed, another tab connects.
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
  const own = crypto.randomUUID();
  const stop = new AbortController();
  /** Calls without an answer. A new leader gets them again. */
  const calls = new Map<
    string,
    { readonly call: Call; readonly settle: (answer: NonNullable<Note["answer"]>) => void }
  >();
  /** The subscriptions of this tab, each with its call. */
  const subscriptions = new Map<string, Call>();
  /** Only the leader has these: the client, and a function for each subscription of each tab. */
  let client: Sumu<Data, Sent> | undefined;
  const offs = new Map<string, () => void>();
  let state: Sumu["state"] = "connecting";
  let count = 0;

  const say = (note: Note) => bus.postMessage(note);

  function lead(): Promise<void> {
    return new Promise((resolve) => {
      const leader = createClient();
      client = leader;
      for (const event of EVENTS) leader.on(event, (...values: unknown[]) => tell(event, values));
      tell("state", [leader.state]);
      say({ say: "leader" });
      askAgain();
      stop.signal.addEventListener("abort", () => resolve(leader.close()));
    });
  }

  /** To this tab and to all others. */
  function tell(event: string, values: readonly unknown[]): void {
    say({ event: { name: event, values } });
    hear(event, values);
  }

  function hear(event: string, values: readonly unknown[]): void {
    if (event === "state") {
      if (state === values[0]) return;
      state = values[0] as typeof state;
    }
    events.emit(event, ...values);
    const channel = event === "message" && asText((values[0] as Message).channel);
    if (channel) events.emit(channelEvent(channel), ...values);
  }

  async function serve(call: Call): Promise<void> {
    const { id, verb, values } = call;
    const [first, second] = values as [never, never];
    const run = async (): Promise<unknown> => {
      if (verb === "subscribe") {
        offs.get(id)?.();
        offs.set(id, client?.channel(first).subscribe(() => {}, { after: second }) ?? (() => {}));
      } else if (verb === "unsubscribe") offs.get(first)?.();
      else if (verb === "post") return client?.channel(first).post(second);
      else return client?.[verb](first);
      return undefined;
    };
    const answer = await run().then(
      (value) => ({ id, value }),
      ({ code, message }: SumuError) => ({ id, code: code ?? "refused", message }),
    );
    say({ answer });
    calls.get(id)?.settle(answer);
  }

  const pass = (call: Call) => void (client ? serve(call) : say({ call }));

  function askAgain(): void {
    for (const call of subscriptions.values()) pass(call);
    for (const { call } of calls.values()) pass(call);
  }

  function newCall(verb: Verb, ...values: readonly unknown[]): Call {
    return { id: `${own} ${++count}`, verb, values };
  }

  async function ask(verb: Verb, ...values: readonly unknown[]): Promise<unknown> {
    if (stop.signal.aborted) throw new SumuError("closed");
    const call = newCall(verb, ...values);
    return new Promise((resolve, reject) => {
      const settle = ({ value, code, message }: NonNullable<Note["answer"]>) => {
        calls.delete(call.id);
        if (code) reject(new SumuError(code, message));
        else resolve(value);
      };
      calls.set(call.id, { call, settle });
      pass(call);
    });
  }

  bus.onmessage = ({ data }: { data: Note }) => {
    const { call, answer, event, say: word } = data;
    if (call && client) void serve(call);
    if (answer) calls.get(answer.id)?.settle(answer);
    if (event) hear(event.name, event.values);
    if (word === "leader") askAgain();
    if (word === "hello" && client) say({ event: { name: "state", values: [client.state] } });
  };
  say({ say: "hello" });
  browser.navigator.locks.request(name, { signal: stop.signal }, lead).catch(() => {});

  const close = async (): Promise<void> => {
    if (stop.signal.aborted) return;
    for (const { id } of subscriptions.values()) pass(newCall("unsubscribe", id));
    hear("state", ["closed", "closed"]);
    for (const { call, settle } of calls.values()) settle({ id: call.id, code: "closed" });
    stop.abort();
    await client?.close();
    bus.close();
  };
  browser.addEventListener("pagehide", close);

  return {
    get state() {
      return state;
    },
    on: events.on as Sumu<Data, Sent>["on"],
    send: async (message) => void (await ask("send", message)),
    publish: async (message) => void (await ask("publish", message)),
    reconnect: () => pass(newCall("reconnect")),
    close,
    channel: (channel) => ({
      name: channel,
      subscribe(handler, { after } = {}) {
        const off = events.on(channelEvent(channel), handler);
        const call = newCall("subscribe", channel, after);
        subscriptions.set(call.id, call);
        pass(call);
        return () => {
          off();
          if (subscriptions.delete(call.id)) pass(newCall("unsubscribe", call.id));
        };
      },
      post: async (data) => asText(await ask("post", channel, data)),
    }),
  };
}
