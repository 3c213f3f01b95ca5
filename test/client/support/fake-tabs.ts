import type { SumuEvents } from "../../../client/src";
import { SumuError } from "../../../client/src";
import type { Sumu } from "../../../client/src/sumu";
import { shareTabs } from "../../../client/src/tabs";

const GLOBALS = ["addEventListener", "navigator", "BroadcastChannel"] as const;

type Handler = (...values: never[]) => void;

/** The client that a leading tab makes. It has a connection at once, and notes what it is asked for. */
export class FakeClient implements Sumu {
  state: Sumu["state"] = "online";
  readonly sent: unknown[] = [];
  readonly subscribed: string[] = [];
  /** What sends wait for, if the test wants to answer later. */
  answer: Promise<void> = Promise.resolve();
  readonly #handlers: [string, Handler][] = [];

  on<Name extends keyof SumuEvents>(name: Name, handler: (...values: SumuEvents[Name]) => void): () => void {
    this.#handlers.push([name, handler as unknown as Handler]);
    return () => {};
  }

  emit<Name extends keyof SumuEvents>(name: Name, ...values: SumuEvents[Name]): void {
    for (const [of, handler] of this.#handlers) if (of === name) handler(...(values as readonly unknown[] as never[]));
  }

  change(state: Sumu["state"], why?: string): void {
    this.state = state;
    this.emit("state", state, why);
  }

  async send(message: unknown): Promise<void> {
    const text = JSON.stringify(message);
    if (this.state === "closed") throw new SumuError("closed");
    this.sent.push(JSON.parse(text));
    await Promise.race([
      this.answer,
      new Promise((_, reject) => this.on("state", (state) => state === "closed" && reject(new SumuError("closed")))),
    ]);
  }

  publish = this.send;

  channel(name: string) {
    return {
      name,
      subscribe: () => {
        this.subscribed.push(name);
        return () => void this.subscribed.splice(this.subscribed.indexOf(name), 1);
      },
      post: async () => "id",
    };
  }

  reconnect(): void {
    if (this.state === "closed") this.change("online");
  }

  async close(): Promise<void> {
    this.change("closed", "closed");
  }
}

/** A tab: what it gives its application, and its own events of the browser. */
export interface FakeTab {
  readonly sumu: Sumu;
  readonly states: string[];
  /** The clients that this tab has made. */
  readonly clients: FakeClient[];
  fire(event: "pagehide" | "pageshow"): void;
}

/** A browser with tabs in one process. Messages between tabs arrive, and locks are granted, when the test says so. */
export class FakeBrowser {
  /** What `request` of a lock has rejected with. */
  readonly lockErrors: unknown[] = [];
  readonly #before = new Map<string, PropertyDescriptor | undefined>();
  readonly #channels = new Set<{ onmessage: ((event: { data: unknown }) => void) | null }>();
  #mail: (() => void)[] = [];
  #waiting: (() => Promise<unknown>)[] = [];
  #isHeld = false;
  #listeners: [string, () => void][] = [];

  constructor() {
    const [channels, post] = [this.#channels, (deliver: () => void) => void this.#mail.push(deliver)];
    const parts = {
      addEventListener: (event: string, listener: () => void) => void this.#listeners.push([event, listener]),
      navigator: { locks: { request: this.#request.bind(this) } },
      BroadcastChannel: class {
        onmessage: ((event: { data: unknown }) => void) | null = null;
        constructor() {
          channels.add(this);
        }
        postMessage(note: unknown): void {
          if (!channels.has(this)) throw new Error("InvalidStateError");
          for (const other of channels) {
            const data = structuredClone(note);
            if (other !== this) post(() => channels.has(other) && other.onmessage?.({ data }));
          }
        }
        close(): void {
          channels.delete(this);
        }
      },
    };
    for (const name of GLOBALS) {
      this.#before.set(name, Object.getOwnPropertyDescriptor(globalThis, name));
      Object.defineProperty(globalThis, name, { value: parts[name], configurable: true, writable: true });
    }
  }

  open(createClient = () => new FakeClient()): FakeTab {
    this.#listeners = [];
    const clients: FakeClient[] = [];
    const sumu = shareTabs("sumu:alice", () => {
      const client = createClient();
      clients.push(client);
      return client;
    });
    const states: string[] = [];
    sumu.on("state", (state, why) => states.push(why === undefined ? state : `${state}: ${why}`));
    const listeners = this.#listeners;
    const fire = (event: string) => {
      for (const [of, listener] of listeners) if (of === event) listener();
    };
    return { sumu, states, clients, fire };
  }

  /** Grants the lock to the tab that waits longest, if no tab has it. */
  grant(): void {
    if (this.#isHeld) return;
    const run = this.#waiting.shift();
    if (run === undefined) return;
    this.#isHeld = true;
    run().finally(() => {
      this.#isHeld = false;
    });
  }

  /** Delivers messages and grants locks until nothing more happens. */
  async settle(): Promise<void> {
    for (let round = 0; round < 20; round++) {
      for (const deliver of this.#mail.splice(0)) deliver();
      await new Promise(setImmediate);
      this.grant();
    }
  }

  restore(): void {
    for (const [name, descriptor] of this.#before) {
      if (descriptor) Object.defineProperty(globalThis, name, descriptor);
      else delete (globalThis as Record<string, unknown>)[name];
    }
  }

  #request(_: string, { signal }: { readonly signal: AbortSignal }, run: () => Promise<unknown>) {
    const granted = new Promise((resolve, reject) => {
      const waiting = async () => {
        // As a callback of a lock: what it throws rejects the request.
        const held = (async () => run())();
        held.then(resolve, reject);
        await held.catch(() => {});
      };
      this.#waiting.push(waiting);
      signal.addEventListener("abort", () => {
        const index = this.#waiting.indexOf(waiting);
        if (index < 0) return;
        this.#waiting.splice(index, 1);
        reject(new Error("AbortError"));
      });
    });
    return {
      catch: (handler: (error: unknown) => void) =>
        void granted.catch(handler).catch((error: unknown) => this.lockErrors.push(error)),
    };
  }
}
