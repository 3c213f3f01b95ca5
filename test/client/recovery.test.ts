import { type CursorStore, localStorageCursor } from "../../client/src";
import { Device } from "./support/device";
import { ACK, FORBIDDEN, PONG, type ScriptedSocket } from "./support/scripted-server";

const MINUTE = 60_000;

let device: Device;
beforeEach(() => {
  device = new Device();
});
afterEach(() => device.close());

const socket = (index: number) => device.server.socket(index);
const cursor = (time: number) => `${1_764_000_000_000 + time}-a`;
const notification = (id: string, time: number, more: object = {}) => ({
  type: "notification",
  id,
  data: id,
  cursor: cursor(time),
  ...more,
});

/** The server answers the last question for what was missed. */
async function recovered(of: ScriptedSocket, time: number, more: object = {}): Promise<void> {
  const { id } = of.last("recover");
  of.push({ ...ACK, action: "recover" });
  of.push({ type: "recovered", id, cursor: cursor(time), complete: !("more" in more || "gap" in more), ...more });
  await device.pass(0);
}

/** Opens a socket: the client asks for what it has missed. */
async function open(index: number): Promise<ScriptedSocket> {
  socket(index).open();
  await device.pass(0);
  return socket(index);
}

/** The connection breaks, and the next one opens. */
async function breakAndOpen(index: number): Promise<ScriptedSocket> {
  socket(index - 1).end();
  device.fire("online");
  await device.pass(0);
  return open(index);
}

function memoryStore(text: string | null = null): CursorStore & { text: string | null } {
  return {
    text,
    load() {
      return this.text;
    },
    save(next) {
      this.text = next;
    },
  };
}

describe("a client of a stack with history", () => {
  it("begins now: it asks for the cursor only, and after a break for what it has missed since", async () => {
    await device.start();
    await open(0);
    expect(socket(0).sent).toEqual([{ action: "recover", id: "1" }]);
    await recovered(socket(0), 1_000);
    await breakAndOpen(1);
    expect(socket(1).sent).toEqual([{ action: "recover", id: "2", after: cursor(1_000) }]);
    socket(1).push(notification("missed", 2_000, { recovered: true }));
    await recovered(socket(1), 3_000);
    expect(device.told.messages).toEqual([{ id: "missed", data: "missed", recovered: true }]);
    expect(device.told.gaps).toEqual([]);
    await breakAndOpen(2);
    expect(socket(2).last("recover").after).toBe(cursor(3_000));
  });

  it("goes on from the largest cursor, in whatever order notifications come", async () => {
    await device.start();
    await open(0);
    await recovered(socket(0), 1_000);
    for (const [id, time] of [
      ["b", 5_000],
      ["a", 4_000],
    ] as const)
      socket(0).push(notification(id, time));
    await breakAndOpen(1);
    expect(socket(1).last("recover").after).toBe(cursor(5_000));
  });

  it("gives live notifications to the application at once, but goes on from before them until it has what it missed", async () => {
    await device.start();
    await open(0);
    await recovered(socket(0), 1_000);
    await breakAndOpen(1);
    socket(1).push(notification("live", 9_000));
    expect(device.told.data).toEqual(["live"]);
    await breakAndOpen(2);
    expect(socket(2).last("recover").after).toBe(cursor(1_000));
    socket(2).push(notification("live again", 10_000));
    await recovered(socket(2), 8_000);
    await breakAndOpen(3);
    expect(socket(3).last("recover").after).toBe(cursor(10_000));
  });

  it("repeats nothing: what was missed and what is live may be the same", async () => {
    await device.start();
    await open(0);
    await recovered(socket(0), 1_000);
    await breakAndOpen(1);
    socket(1).push(notification("1", 2_000));
    socket(1).push(notification("1", 7_000, { recovered: true }));
    socket(1).push(notification("2", 7_001, { recovered: true }));
    socket(1).push(notification("2", 7_001, { recovered: true }));
    expect(device.told.data).toEqual(["1", "2"]);
  });

  it("gives the application no answer of the server, also if the answer comes twice before the first notification", async () => {
    await device.start();
    await open(0);
    await recovered(socket(0), 1_000);
    await recovered(socket(0), 1_000);
    socket(0).push({ type: "refused", id: "1", action: "recover", reason: "too_many_requests", message: "Ask later." });
    for (const type of ["subscribed", "unsubscribed", "posted"]) socket(0).push({ type, id: "1" });
    expect(device.told.messages).toEqual([]);
    socket(0).push(notification("a", 2_000));
    expect(device.told.data).toEqual(["a"]);
  });

  it("asks again for more, exactly from where the answer ended, and waits with the cursor until all has come", async () => {
    await device.start();
    await open(0);
    await recovered(socket(0), 1_000);
    await breakAndOpen(1);
    await recovered(socket(1), 2_000, { more: true });
    expect(socket(1).last("recover")).toEqual({ action: "recover", id: "3", after: cursor(2_000), more: true });
    await breakAndOpen(2);
    expect(socket(2).last("recover")).toEqual({ action: "recover", id: "4", after: cursor(1_000) });
    await recovered(socket(2), 2_000, { more: true });
    await recovered(socket(2), 3_000);
    await breakAndOpen(3);
    expect(socket(3).last("recover").after).toBe(cursor(3_000));
  });

  it("says since when something is missing, if the history does not reach that far; once, whatever the pages", async () => {
    await device.start();
    await open(0);
    await recovered(socket(0), 1_000);
    await breakAndOpen(1);
    await recovered(socket(1), 5_000, { more: true, gap: true });
    await recovered(socket(1), 6_000, { more: true });
    await recovered(socket(1), 7_000);
    expect(device.told.gaps).toEqual([{ since: 1_764_000_001_000 }]);
    await breakAndOpen(2);
    await recovered(socket(2), 8_000);
    expect(device.told.gaps).toHaveLength(1);
  });

  it("asks again after 30 s without an answer, with the same number; not while the answer comes", async () => {
    await device.start();
    await open(0);
    await recovered(socket(0), 1_000);
    await breakAndOpen(1);
    await device.pass(20_000);
    socket(1).push(notification("1", 2_000, { recovered: true }));
    await device.pass(29_999);
    socket(1).push(notification("live", 9_000));
    expect(socket(1).of("recover")).toHaveLength(1);
    await device.pass(1);
    expect(socket(1).of("recover")).toHaveLength(2);
    expect(
      new Set(
        socket(1)
          .of("recover")
          .map(({ id }) => id),
      ).size,
    ).toBe(1);
    expect(device.told.states.at(-1)).toBe("online");
  });

  describe("that gets no answer", () => {
    const tries = (index: number) => socket(index).of("recover").length;

    /** @returns how long the client waits before its next tries, in seconds */
    async function waits(count: number, before: () => void = () => {}): Promise<readonly number[]> {
      const seconds: number[] = [];
      for (let index = 0; index < count; index++) {
        before();
        const sent = tries(0);
        let waited = 0;
        for (; tries(0) === sent; waited += 500) await device.pass(500);
        seconds.push(waited / 1_000);
        // The connection lives.
        socket(0).push(PONG);
      }
      return seconds;
    }

    it("waits twice as long after each try, up to two minutes: a long queue gets no longer", async () => {
      await device.start();
      await open(0);
      expect(await waits(4)).toEqual([30, 60, 120, 120]);
    });

    it("waits twice as long after each refusal that passes, up to four times as long", async () => {
      await device.start();
      await open(0);
      const refuse = () => {
        const { id } = socket(0).last("recover");
        socket(0).push({ type: "refused", id, action: "recover", reason: "unavailable", message: "later" });
      };
      expect(await waits(4, refuse)).toEqual([2.5, 5, 10, 10]);
    });

    it("waits as usual after the next answer", async () => {
      await device.start();
      await open(0);
      expect(await waits(2)).toEqual([30, 60]);
      await recovered(socket(0), 1_000, { more: true });
      expect(await waits(1)).toEqual([30]);
    });
  });

  it.each(["too_many_requests", "unavailable"])(
    "asks again after some seconds if the server says %s",
    async (reason) => {
      await device.start();
      await open(0);
      const { id } = socket(0).last("recover");
      socket(0).push({ type: "refused", id, action: "recover", reason, message: "later" });
      await device.pass(2_499);
      expect(socket(0).of("recover")).toHaveLength(1);
      await device.pass(1);
      expect(socket(0).of("recover")).toHaveLength(2);
      await recovered(socket(0), 1_000);
      await breakAndOpen(1);
      expect(socket(1).last("recover").after).toBe(cursor(1_000));
    },
  );

  it("connects again with a new token if the server says that this one has ended", async () => {
    await device.start();
    await open(0);
    const { id } = socket(0).last("recover");
    socket(0).push({ type: "refused", id, action: "recover", reason: "connection_ended", message: "ended" });
    expect(socket(0).isClosed).toBe(true);
    await device.pass(500);
    expect(device.reasons).toEqual(["first", "refresh"]);
  });

  it("misses nothing when one connection takes over: the next one asks, too, and a gap is none", async () => {
    const client = await device.start();
    await open(0);
    await recovered(socket(0), 1_000);
    client.reconnect();
    await device.pass(0);
    await open(1);
    expect(socket(1).last("recover").after).toBe(cursor(1_000));
    socket(0).push(notification("by the last", 2_000));
    socket(1).push(notification("by the last", 2_000, { recovered: true }));
    await recovered(socket(1), 3_000);
    await device.pass(10_000);
    expect(device.told.data).toEqual(["by the last"]);
    expect(device.told.gaps).toEqual([]);
  });
});

describe("a client of a stack without history", () => {
  it("says after each break that something may be missed, and not when one connection takes over", async () => {
    const client = await device.online();
    client.reconnect();
    await device.pass(0);
    await device.open(1);
    expect(device.told.gaps).toEqual([]);
    const heardAt = Date.now();
    await device.pass(MINUTE);
    socket(1).end();
    await device.pass(500);
    await device.open(2);
    expect(device.told.gaps).toEqual([{ since: heardAt }]);
    await device.pass(MINUTE);
    socket(2).end();
    await device.pass(500);
    await device.open(3);
    expect(device.told.gaps).toHaveLength(2);
  });

  it("says it once if the history was turned off", async () => {
    await device.start();
    await open(0);
    await recovered(socket(0), 1_000);
    await breakAndOpen(1);
    const { id } = socket(1).last("recover");
    socket(1).push({ type: "refused", id, action: "recover", reason: "no_history", message: "off" });
    await device.pass(0);
    expect(device.told.gaps).toEqual([{ since: 1_764_000_001_000 }]);
    await breakAndOpen(2);
    expect(socket(2).sent).toEqual([{ action: "recover", id: "3" }]);
    socket(2).push(FORBIDDEN);
    await device.pass(0);
    expect(device.told.gaps).toHaveLength(2);
  });

  it("sends messages beside the question: Forbidden is not their answer", async () => {
    const client = await device.start();
    const sent = client.send(1);
    await open(0);
    expect(
      socket(0)
        .sent.map(({ action }) => action)
        .sort(),
    ).toEqual(["recover", "send"]);
    socket(0).push(FORBIDDEN);
    socket(0).push(ACK);
    await expect(sent).resolves.toBe(undefined);
  });
});

describe("the cursor", () => {
  it("is kept in the store a second after a notification, with the ids; a reload misses and repeats nothing", async () => {
    const store = memoryStore();
    await device.start({ cursor: store });
    await open(0);
    await recovered(socket(0), 1_000);
    socket(0).push(notification("1", 2_000));
    await device.pass(999);
    expect(store.text).toBe(null);
    await device.pass(1);
    expect(JSON.parse(store.text ?? "")).toEqual({ cursor: cursor(2_000), ids: [" 1"], channels: [] });

    await device.start({ cursor: store });
    await open(1);
    expect(socket(1).sent).toEqual([{ action: "recover", id: "1", after: cursor(2_000) }]);
    socket(1).push(notification("1", 2_000, { recovered: true }));
    socket(1).push(notification("2", 3_000, { recovered: true }));
    expect(device.told.data).toEqual(["1", "2"]);
  });

  it.each(["pagehide", "visibilitychange"])("is kept at once on %s, and when the client closes", async (event) => {
    const store = memoryStore();
    const client = await device.start({ cursor: store });
    await open(0);
    await recovered(socket(0), 1_000);
    device.fire(event);
    expect(JSON.parse(store.text ?? "").cursor).toBe(cursor(1_000));
    socket(0).push(notification("1", 2_000));
    await client.close();
    expect(JSON.parse(store.text ?? "").cursor).toBe(cursor(2_000));
    store.text = "untouched";
    device.fire(event);
    await device.pass(MINUTE);
    expect(store.text).toBe("untouched");
  });

  it("is not ahead of what was missed, when it is kept", async () => {
    const store = memoryStore();
    const client = await device.start({ cursor: store });
    await open(0);
    await recovered(socket(0), 1_000);
    await breakAndOpen(1);
    socket(1).push(notification("live", 9_000));
    await client.close();
    expect(JSON.parse(store.text ?? "")).toMatchObject({ cursor: cursor(1_000) });
  });

  it("is kept with the ids of what came before the recovery was complete: a reload repeats nothing", async () => {
    const store = memoryStore();
    const client = await device.start({ cursor: store });
    await open(0);
    await recovered(socket(0), 1_000);
    await device.pass(1_000);
    await breakAndOpen(1);
    socket(1).push(notification("live", 9_000));
    socket(1).push(notification("missed", 2_000, { recovered: true }));
    await client.close();
    expect(JSON.parse(store.text ?? "")).toMatchObject({ cursor: cursor(1_000), ids: [" live", " missed"] });

    await device.start({ cursor: store });
    await open(2);
    socket(2).push(notification("missed", 2_000, { recovered: true }));
    socket(2).push(notification("live", 9_000, { recovered: true }));
    expect(device.told.data).toEqual(["live", "missed"]);
  });

  it("is waited for: the first connection goes on from it", async () => {
    let give: (text: string) => void = () => {};
    const load = () => new Promise<string>((resolve) => (give = resolve));
    await device.start({ cursor: { load, save: () => {} } });
    expect(device.server.sockets).toHaveLength(0);
    give(JSON.stringify({ cursor: cursor(7_000) }));
    await device.pass(0);
    await open(0);
    expect(socket(0).last("recover").after).toBe(cursor(7_000));
  });

  it("says where the gap of a reload begins", async () => {
    await device.start({ cursor: memoryStore(JSON.stringify({ cursor: cursor(7_000) })) });
    await open(0);
    await recovered(socket(0), 9_000, { gap: true });
    expect(device.told.gaps).toEqual([{ since: 1_764_000_007_000 }]);
  });

  it("is forgotten if the server does not take it, and the application hears of it", async () => {
    await device.start({ cursor: memoryStore('{"cursor":"1764000000000-what?"}') });
    await open(0);
    const { id } = socket(0).last("recover");
    socket(0).push({ type: "refused", id, action: "recover", reason: "malformed", message: "no cursor" });
    await device.pass(0);
    expect(device.told.gaps).toEqual([{ since: 1_764_000_000_000 }]);
    await breakAndOpen(1);
    expect(socket(1).sent).toEqual([{ action: "recover", id: "2" }]);
  });

  it.each(["", "no JSON", "[]", "7", '{"cursor":7,"ids":"all","channels":[null]}'])(
    "of a store with %j is none: the client begins now",
    async (text) => {
      await device.start({ cursor: memoryStore(text) });
      await open(0);
      expect(socket(0).sent).toEqual([{ action: "recover", id: "1" }]);
    },
  );

  it("has the notification in whose handler the application closes the client: a reload does not repeat it", async () => {
    const store = memoryStore();
    const client = await device.start({ cursor: store });
    await open(0);
    await recovered(socket(0), 0);
    await device.pass(1_000);
    client.on("message", () => void client.close());
    socket(0).push(notification("last", 1));
    expect(JSON.parse(store.text ?? "")).toMatchObject({ cursor: cursor(1), ids: [" last"] });
  });

  it("is in a slow store when close says so, also if it was being saved already", async () => {
    const saved: string[] = [];
    const save = async (text: string) => {
      await new Promise((resolve) => setTimeout(resolve, 300));
      saved.push(text);
    };
    const client = await device.start({ cursor: { load: () => null, save } });
    await open(0);
    await recovered(socket(0), 0);
    let isClosed = false;
    const closed = client.close().then(() => {
      isClosed = true;
    });
    await device.pass(299);
    expect([isClosed, saved]).toEqual([false, []]);
    await device.pass(1);
    await closed;
    expect(saved).toEqual([expect.stringContaining(cursor(0))]);
  });

  it("of a store that fails is kept in memory", async () => {
    const fail = () => {
      throw new Error("the storage is full");
    };
    await device.start({ cursor: { load: fail, save: fail } });
    await open(0);
    await recovered(socket(0), 1_000);
    await device.pass(MINUTE);
    socket(0).push(PONG);
    await breakAndOpen(1);
    expect(socket(1).last("recover").after).toBe(cursor(1_000));
  });

  it("is kept in the browser's localStorage, or in the storage that is given", () => {
    const storage = new Map<string, string>();
    const api = {
      getItem: (key: string) => storage.get(key) ?? null,
      setItem: (key: string, text: string) => void storage.set(key, text),
    };
    const store = localStorageCursor("sumu:alice", api);
    expect(store.load()).toBe(null);
    store.save("text");
    expect([...storage]).toEqual([["sumu:alice", "text"]]);
    expect(store.load()).toBe("text");
  });
});
