import fc from "fast-check";
import { Overlap } from "../../examples/browser/overlap";
import { RealtimeClient, type RealtimeOptions } from "../../examples/browser/realtime-client";

/** The browser's WebSocket, with the gateway's side in the test's hands. */
class FakeSocket {
  static readonly all: FakeSocket[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: (() => void) | null = null;
  readonly sent: unknown[] = [];
  isClosed = false;

  constructor(readonly url: string) {
    FakeSocket.all.push(this);
  }

  send(frame: string): void {
    if (this.isClosed) throw new Error("sent into a closed socket");
    this.sent.push(JSON.parse(frame));
  }

  close(): void {
    this.isClosed = true;
  }

  hear(frame: unknown): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }

  /** What the gateway does at the end of a connection's life, or the network. */
  end(): void {
    this.isClosed = true;
    this.onclose?.();
  }
}

const ACK = { type: "ack", action: "send", requestId: "r" };
const PONG = { type: "pong", statusCode: 200, connectionId: "c" };
const MINUTE = 60_000;

let client: RealtimeClient;
let notifications: unknown[];
let states: string[];
let tokens: number;

async function start(options: Partial<RealtimeOptions> = {}): Promise<void> {
  client = new RealtimeClient({
    url: "wss://live.example.com/v1",
    token: async () => `token+${++tokens}`,
    onNotification: (data) => notifications.push(data),
    onState: (state) => states.push(state),
    ...options,
  });
  await jest.advanceTimersByTimeAsync(0);
}

function socket(index: number): FakeSocket {
  const one = FakeSocket.all[index];
  if (one === undefined) throw new Error(`there is no socket ${index}, but ${FakeSocket.all.length} of them`);
  return one;
}

const pass = (milliseconds: number) => jest.advanceTimersByTimeAsync(milliseconds);

beforeEach(() => {
  jest.useFakeTimers();
  jest.spyOn(Math, "random").mockReturnValue(1);
  Object.assign(globalThis, { WebSocket: FakeSocket });
  FakeSocket.all.splice(0);
  [notifications, states, tokens] = [[], [], 0];
});
afterEach(() => {
  client.close();
  expect(jest.getTimerCount()).toBe(0);
  jest.useRealTimers();
  jest.restoreAllMocks();
});

describe("the browser's client", () => {
  it("connects with a token, and tells notifications", async () => {
    await start();
    expect(socket(0).url).toBe("wss://live.example.com/v1?authorization=token%2B1");
    expect(states).toEqual([]);
    socket(0).onopen?.();
    for (const data of [{ a: 1 }, null, "text", [1], { type: "order" }, { a: 1 }]) socket(0).hear(data);
    expect(states).toEqual(["online"]);
    expect(notifications).toEqual([{ a: 1 }, null, "text", [1], { type: "order" }, { a: 1 }]);
  });

  it("pings after five minutes of silence, and not before", async () => {
    await start();
    socket(0).onopen?.();
    await pass(4 * MINUTE);
    socket(0).hear("news");
    await pass(5 * MINUTE - 1);
    expect(socket(0).sent).toEqual([]);
    await pass(1);
    expect(socket(0).sent).toEqual([{ action: "ping" }]);
    socket(0).hear(PONG);
    await pass(5 * MINUTE);
    expect(socket(0).sent).toHaveLength(2);
    expect(notifications).toEqual(["news"]);
  });

  it("gives a connection up that does not answer within ten seconds, and connects anew", async () => {
    await start();
    socket(0).onopen?.();
    await pass(5 * MINUTE + 9_999);
    expect(socket(0).isClosed).toBe(false);
    await pass(1);
    expect(socket(0).isClosed).toBe(true);
    expect(states).toEqual(["online", "offline"]);
    await pass(500);
    socket(1).onopen?.();
    expect(states).toEqual(["online", "offline", "online"]);
  });

  it("sends one message at a time, and resolves each with its own ack", async () => {
    await start();
    const settled: string[] = [];
    const note = (name: string, sent: Promise<void>) =>
      sent.then(
        () => settled.push(name),
        (error: Error) => settled.push(`${name}: ${error.message}`),
      );
    note("first", client.send("first"));
    note("second", client.send({ second: 2 }, "publish"));
    note("third", client.send("third"));
    socket(0).onopen?.();
    expect(socket(0).sent).toEqual([{ action: "send", message: "first" }]);
    socket(0).hear("a notification between");
    socket(0).hear(ACK);
    socket(0).hear({ type: "error", action: "publish", requestId: "r", message: "refused" });
    expect(socket(0).sent.slice(1)).toEqual([
      { action: "publish", message: { second: 2 } },
      { action: "send", message: "third" },
    ]);
    socket(0).hear({ message: "Too Many Requests", connectionId: "c", requestId: "r" });
    await pass(0);
    expect(settled).toEqual(["first", "second: refused", "third: Too Many Requests"]);
    expect(notifications).toEqual(["a notification between"]);
  });

  it("keeps messages while offline, and sends again what was under way, in their order", async () => {
    await start();
    socket(0).onopen?.();
    const sent = [client.send(1), client.send(2)];
    socket(0).end();
    sent.push(client.send(3));
    await pass(500);
    socket(1).onopen?.();
    for (let count = 0; count < 3; count++) socket(1).hear(ACK);
    await Promise.all(sent);
    expect(socket(0).sent).toEqual([{ action: "send", message: 1 }]);
    expect(socket(1).sent).toEqual([1, 2, 3].map((message) => ({ action: "send", message })));
  });

  it("rejects what a frame does not hold, what is too much, and everything once closed", async () => {
    await start();
    await expect(client.send("x".repeat(32 * 1_024))).rejects.toThrow("the message is larger than 32 KB");
    const waiting = Array.from({ length: 1_000 }, () => client.send("x"));
    await expect(client.send("x")).rejects.toThrow("1,000 messages are waiting already");
    const rejected = Promise.allSettled(waiting);
    client.close();
    await expect(client.send("x")).rejects.toThrow("the client is closed");
    expect((await rejected).every(({ status }) => status === "rejected")).toBe(true);
  });

  it("waits longer after each failure, up to 30 s, drawn evenly from nothing", async () => {
    await start({ token: () => Promise.reject(new Error("the identity provider is down")) });
    const delays = () => jest.mocked(setTimeout).mock.calls.map(([, ms]) => ms);
    jest.spyOn(globalThis, "setTimeout");
    for (let count = 0; count < 8; count++) await jest.advanceTimersToNextTimerAsync();
    expect(delays()).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
    jest.mocked(Math.random).mockReturnValue(0.25);
    await jest.advanceTimersToNextTimerAsync();
    expect(delays().at(-1)).toBe(7_500);
  });

  it("does not forget its failures for a connection that breaks at once", async () => {
    await start();
    for (const [index, delay] of [500, 1_000, 2_000].entries()) {
      socket(index).onopen?.();
      socket(index).end();
      await pass(delay - 1);
      expect(FakeSocket.all).toHaveLength(index + 1);
      await pass(1);
      expect(FakeSocket.all).toHaveLength(index + 2);
    }
    socket(3).onopen?.();
    await pass(10_000);
    socket(3).end();
    await pass(500);
    expect(FakeSocket.all).toHaveLength(5);
  });

  it("gives up a handshake that takes longer than 20 s", async () => {
    await start();
    await pass(20_000);
    expect(socket(0).isClosed).toBe(true);
    await pass(500);
    expect(FakeSocket.all).toHaveLength(2);
  });

  describe("before two hours are over", () => {
    const refresh = 110 * MINUTE * 0.9;
    async function untilRefresh(): Promise<void> {
      await start({ keepaliveMs: 1e9 });
      socket(0).onopen?.();
      await pass(refresh);
    }

    it("opens the next connection, with a fresh token, and closes the last only ten seconds after", async () => {
      await untilRefresh();
      expect(socket(1).url).toContain("token%2B2");
      expect(socket(0).isClosed).toBe(false);
      socket(1).onopen?.();
      await pass(9_999);
      expect(socket(0).isClosed).toBe(false);
      await pass(1);
      expect([socket(0).isClosed, socket(1).isClosed]).toEqual([true, false]);
      expect(states).toEqual(["online"]);
      await pass(refresh);
      expect(FakeSocket.all).toHaveLength(3);
    });

    it("lets a message that is under way be answered by the last, and sends the others by the next", async () => {
      await untilRefresh();
      const sent = [client.send(1), client.send(2)];
      socket(1).onopen?.();
      expect(socket(1).sent).toEqual([]);
      socket(0).hear(ACK);
      expect(socket(1).sent).toEqual([{ action: "send", message: 2 }]);
      socket(1).hear(ACK);
      await Promise.all(sent);
      expect(socket(0).sent).toEqual([{ action: "send", message: 1 }]);
    });

    it("stays with the last while the next fails, and goes back to it when the next breaks at once", async () => {
      await untilRefresh();
      socket(1).end();
      await pass(500);
      socket(0).hear("by the last");
      socket(2).onopen?.();
      socket(2).end();
      socket(0).hear("by the last again");
      void client.send(1);
      expect(socket(0).sent).toEqual([{ action: "send", message: 1 }]);
      socket(0).hear(ACK);
      await pass(12_000);
      expect(socket(0).isClosed).toBe(false);
      expect(states).toEqual(["online"]);
      expect(notifications).toEqual(["by the last", "by the last again"]);
    });

    it("tells each notification once, whichever of the two hears it first, or alone", async () => {
      await untilRefresh();
      socket(0).hear("before the next was open");
      socket(1).onopen?.();
      for (const [index, data] of [
        [1, "before the next was open"],
        [0, "both"],
        [1, "both"],
        [0, "only the last"],
        [1, "twice"],
        [1, "twice"],
        [0, "twice"],
        [0, "twice"],
      ] as const) {
        socket(index).hear(data);
      }
      expect(notifications).toEqual(["before the next was open", "both", "only the last", "twice", "twice"]);
      await pass(10_000);
      socket(1).hear("both");
      expect(notifications.at(-1)).toBe("both");
    });
  });
});

describe("two connections of one user", () => {
  it("tell every notification once, in whatever order they hear them", () => {
    const texts = fc.array(fc.record({ text: fc.constantFrom("a", "b", "c"), isBeforeNext: fc.boolean() }));
    fc.assert(
      fc.property(texts, fc.infiniteStream(fc.boolean()), (sent, turns) => {
        // The last hears all of them; the next those that came after it was known. Each hears them in order.
        const heard = { last: sent, next: sent.filter(({ isBeforeNext }) => !isBeforeNext) };
        const at = { last: 0, next: 0 };
        const connections = { last: {}, next: {} };
        const overlap = new Overlap();
        overlap.begin();
        const told: string[] = [];
        while (at.last < heard.last.length || at.next < heard.next.length) {
          const wanted = turns.next().value ? "last" : "next";
          const who = at[wanted] < heard[wanted].length ? wanted : wanted === "last" ? "next" : "last";
          const text = heard[who][at[who]++]?.text ?? "";
          if (overlap.isNews(connections[who], text)) told.push(text);
        }
        expect(told.sort()).toEqual(sent.map(({ text }) => text).sort());
      }),
    );
  });
});
