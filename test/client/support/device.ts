import { SumuClient, type SumuOptions } from "../../../client/src";
import { FORBIDDEN, ScriptedServer, type ScriptedSocket } from "./scripted-server";

const GLOBALS = ["addEventListener", "removeEventListener", "document", "navigator"] as const;

/** What a client has told its application, in order. */
export interface Told {
  readonly states: string[];
  readonly data: unknown[];
  readonly messages: unknown[];
  readonly gaps: unknown[];
  readonly disconnected: unknown[];
  readonly refused: unknown[];
}

/**
 * A browser with a clock, an application and a client of it, and the server that the client connects to. Time passes
 * when the test says so.
 */
export class Device {
  readonly server = new ScriptedServer();
  readonly told: Told = { states: [], data: [], messages: [], gaps: [], disconnected: [], refused: [] };
  /** Why a token was asked for, each time. */
  readonly reasons: string[] = [];
  visibilityState = "visible";
  readonly navigator = { onLine: true };
  readonly #events = new EventTarget();
  readonly #before = new Map<string, PropertyDescriptor | undefined>();
  readonly #clients: SumuClient[] = [];

  constructor() {
    jest.useFakeTimers({ doNotFake: ["queueMicrotask", "nextTick"], now: 1_764_000_000_000 });
    jest.spyOn(Math, "random").mockReturnValue(1);
    const device = this;
    const parts = {
      addEventListener: this.#events.addEventListener.bind(this.#events),
      removeEventListener: this.#events.removeEventListener.bind(this.#events),
      document: {
        get visibilityState() {
          return device.visibilityState;
        },
      },
      navigator: this.navigator,
    };
    for (const name of GLOBALS) {
      this.#before.set(name, Object.getOwnPropertyDescriptor(globalThis, name));
      Object.defineProperty(globalThis, name, { value: parts[name], configurable: true, writable: true });
    }
  }

  /** Starts a client, and waits until it has asked for its first socket. */
  async start(options: Partial<SumuOptions> = {}): Promise<SumuClient> {
    const client = new SumuClient({
      url: "wss://live.example.com/v1",
      token: async (why) => {
        this.reasons.push(why);
        return `token+${this.reasons.length}`;
      },
      WebSocket: this.server.WebSocket,
      ...options,
    });
    this.#clients.push(client);
    client.on("state", (state, why) => this.told.states.push(why === undefined ? state : `${state}: ${why}`));
    client.on("message", (message) => {
      this.told.data.push(message.data);
      this.told.messages.push(message);
    });
    client.on("gap", (gap) => this.told.gaps.push(gap));
    client.on("disconnected", (why) => this.told.disconnected.push(why));
    client.on("refused", (why) => this.told.refused.push(why));
    await this.pass(0);
    return client;
  }

  /** A client whose first connection is open, on a stack without history: its socket has sent nothing. */
  async online(options: Partial<SumuOptions> = {}): Promise<SumuClient> {
    const client = await this.start(options);
    await this.open(0);
    return client;
  }

  /** Opens a socket on a stack without control routes: what the client asks for there is refused, and forgotten. */
  async open(index: number): Promise<ScriptedSocket> {
    const socket = this.server.socket(index);
    socket.open();
    await this.pass(0);
    for (let asked = takeControl(socket); asked > 0; asked = takeControl(socket)) {
      for (let count = 0; count < asked; count++) socket.push(FORBIDDEN);
      await this.pass(0);
    }
    return socket;
  }

  pass(milliseconds: number): Promise<void> {
    return jest.advanceTimersByTimeAsync(milliseconds);
  }

  /** An event of the browser. */
  fire(event: string): void {
    this.#events.dispatchEvent(new Event(event));
  }

  /** Closes the clients. They leave no timer. */
  async close(): Promise<void> {
    for (const client of this.#clients) await client.close();
    const timers = jest.getTimerCount();
    for (const [name, descriptor] of this.#before) {
      if (descriptor) Object.defineProperty(globalThis, name, descriptor);
      else delete (globalThis as Record<string, unknown>)[name];
    }
    jest.useRealTimers();
    jest.restoreAllMocks();
    expect({ timers }).toEqual({ timers: 0 });
  }
}

function takeControl({ sent }: ScriptedSocket): number {
  const others = sent.filter(({ action }) => action !== "recover" && action !== "subscribe");
  const count = sent.length - others.length;
  sent.splice(0, sent.length, ...others);
  return count;
}
