import { tokenLifeMs } from "../../client/src";
import { Device } from "./support/device";
import { PONG } from "./support/scripted-server";

const MINUTE = 60_000;
const REFRESH = 0.9 * 110 * MINUTE;

let device: Device;
beforeEach(() => {
  device = new Device();
});
afterEach(() => device.close());

const socket = (index: number) => device.server.socket(index);
const count = () => device.server.sockets.length;

describe("the client's connection", () => {
  it("asks for protocol 2, with the token in the address", async () => {
    const client = await device.start();
    expect(socket(0).url).toBe("wss://live.example.com/v1?authorization=token%2B1&protocol=2");
    expect(client.state).toBe("connecting");
    socket(0).open();
    expect(client.state).toBe("online");
    expect(device.told.states).toEqual(["online"]);
  });

  it("refuses an address that is not of a WebSocket, when it is made", () => {
    return expect(device.start({ url: "https://live.example.com/v1" })).rejects.toThrow(
      new TypeError("url must begin with wss://, got https://live.example.com/v1"),
    );
  });

  it.each([0, 999, 540_001, 600_000, Number.NaN, Number.POSITIVE_INFINITY, -1])(
    "refuses %d milliseconds before a ping, when it is made: API Gateway closes a connection that is silent for ten minutes",
    async (pingAfterMs) => {
      const message = `pingAfterMs must be from 1000 to 540000, got ${pingAfterMs}`;
      await expect(device.start({ pingAfterMs })).rejects.toThrow(new TypeError(message));
      expect(count()).toBe(0);
    },
  );

  it("waits before it tries again: evenly from nothing to a ceiling that doubles up to 30 s, and after 20 failures to 5 minutes", async () => {
    const asked: number[] = [];
    await device.start({
      token: () => {
        asked.push(Date.now());
        throw new Error("the identity provider is down");
      },
    });
    for (let index = 0; index < 21; index++) await jest.advanceTimersToNextTimerAsync();
    const waits = asked.slice(1).map((at, index) => at - (asked[index] ?? 0));
    expect(waits.slice(0, 7)).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000]);
    expect(waits.slice(7)).toEqual([...Array(13).fill(30_000), 300_000]);
    expect(device.told.states.slice(0, 3)).toEqual(["offline: token", "connecting", "offline: token"]);

    jest.mocked(Math.random).mockReturnValue(0.25);
    await jest.advanceTimersToNextTimerAsync();
    await jest.advanceTimersToNextTimerAsync();
    expect((asked.at(-1) ?? 0) - (asked.at(-2) ?? 0)).toBe(75_000);
  });

  it("does not forget its failures for a connection that breaks at once, and forgets them after ten seconds", async () => {
    await device.start();
    for (const [index, wait] of [500, 1_000, 2_000].entries()) {
      socket(index).open();
      socket(index).end();
      await device.pass(wait - 1);
      expect(count()).toBe(index + 1);
      await device.pass(1);
      expect(count()).toBe(index + 2);
    }
    socket(3).open();
    await device.pass(10_000);
    socket(3).end();
    await device.pass(500);
    expect(count()).toBe(5);
  });

  it("gives up a handshake that takes longer than 20 s, and a token provider that takes longer than a minute", async () => {
    let isSlow = false;
    await device.start({ token: () => (isSlow ? new Promise(() => {}) : "token") });
    await device.pass(19_999);
    expect(socket(0).isClosed).toBe(false);
    await device.pass(1);
    expect(socket(0).isClosed).toBe(true);
    isSlow = true;
    await device.pass(500 + 59_999);
    expect(device.told.states).toEqual(["offline: network", "connecting"]);
    isSlow = false;
    await device.pass(1 + 1_000);
    expect(count()).toBe(2);
    expect(device.told.states).toEqual(["offline: network", "connecting", "offline: token", "connecting"]);
  });

  describe("that is silent", () => {
    it("is asked after five minutes, and not before; any frame counts", async () => {
      await device.online();
      await device.pass(4 * MINUTE);
      socket(0).push({ type: "notification", id: "1", data: "news" });
      await device.pass(5 * MINUTE - 1);
      expect(socket(0).sent).toEqual([]);
      await device.pass(1);
      expect(socket(0).sent).toEqual([{ action: "ping" }]);
      socket(0).push(PONG);
      await device.pass(5 * MINUTE);
      expect(socket(0).sent).toHaveLength(2);
      expect(device.told.data).toEqual(["news"]);
    });

    it("is asked after the time that the application has set", async () => {
      await device.online({ pingAfterMs: 25_000 });
      await device.pass(20_000);
      socket(0).push({ type: "notification", id: "1", data: "news" });
      await device.pass(25_000 - 1);
      expect(socket(0).sent).toEqual([]);
      await device.pass(1);
      expect(socket(0).sent).toEqual([{ action: "ping" }]);
      socket(0).push(PONG);
      await device.pass(25_000);
      expect(socket(0).sent).toHaveLength(2);
      await device.pass(10_000);
      expect(device.told.states).toEqual(["online", "offline: network"]);
    });

    it("is asked after that time, too, if it goes on when the next connection has broken", async () => {
      const client = await device.online({ pingAfterMs: 60_000 });
      client.reconnect();
      await device.pass(0);
      const next = await device.open(1);
      next.end();
      await device.pass(60_000 - 1);
      expect(socket(0).sent).toEqual([]);
      await device.pass(1);
      expect(socket(0).sent).toEqual([{ action: "ping" }]);
    });

    it("is dead ten seconds after the ping, and only then: any frame shows that it lives", async () => {
      await device.online();
      await device.pass(5 * MINUTE + 9_999);
      socket(0).push({ type: "notification", id: "1", data: "late" });
      await device.pass(5 * MINUTE + 9_999);
      expect(device.told.states).toEqual(["online"]);
      expect(socket(0).isClosed).toBe(false);
      await device.pass(1);
      expect(socket(0).isClosed).toBe(true);
      expect(device.told.states).toEqual(["online", "offline: network"]);
      await device.pass(500);
      socket(1).open();
      expect(device.told.states).toEqual(["online", "offline: network", "connecting", "online"]);
    });

    it("is left at once, although its close hangs: nothing that it still says is heard", async () => {
      await device.online();
      await device.pass(5 * MINUTE + 10_000);
      const { onmessage, onclose, onerror } = socket(0);
      onmessage?.({ data: '{"type":"notification","id":"1","data":"ghost"}' } as never);
      onclose?.({ code: 1006 } as never);
      onerror?.({} as never);
      await device.pass(500);
      expect(count()).toBe(2);
      expect(device.told.data).toEqual([]);
      expect(device.told.states).toEqual(["online", "offline: network", "connecting"]);
    });
  });

  describe("when the device is back", () => {
    it.each(["online", "pageshow", "visibilitychange"])(
      "connects at once on %s, whatever it waits for",
      async (event) => {
        await device.start();
        for (let index = 0; index < 10; index++) {
          socket(index).end();
          await device.pass(30_000);
        }
        socket(10).end();
        const before = count();
        device.fire(event);
        await device.pass(0);
        expect(count()).toBe(before + 1);
        // And from there on as after a first failure.
        socket(before).end();
        await device.pass(500);
        expect(count()).toBe(before + 2);
      },
    );

    it("begins a handshake that hangs anew, but does not interrupt a token provider", async () => {
      await device.start();
      device.fire("online");
      await device.pass(0);
      expect([count(), socket(0).isClosed]).toEqual([2, true]);

      let asked = 0;
      await device.start({ token: () => new Promise(() => asked++) });
      device.fire("online");
      await device.pass(0);
      expect(asked).toBe(1);
    });

    it.each(["online", "pageshow"])(
      "asks an open connection at once on %s, and leaves it alone if it answers",
      async (event) => {
        await device.online();
        device.fire(event);
        expect(socket(0).sent).toEqual([{ action: "ping" }]);
        socket(0).push(PONG);
        await device.pass(MINUTE);
        expect(count()).toBe(1);
      },
    );

    it("opens the next connection after a second without an answer, and says what may be lost", async () => {
      await device.online();
      await device.pass(MINUTE);
      const heardAt = Date.now() - MINUTE;
      device.fire("online");
      await device.pass(999);
      expect(count()).toBe(1);
      await device.pass(1);
      await device.open(1);
      expect(device.told.states).toEqual(["online"]);
      expect(device.told.gaps).toEqual([{ since: heardAt }]);
      await device.pass(10_000);
      expect(socket(0).isClosed).toBe(true);
    });

    it("asks at most every half minute when the user changes tabs, and not while the page is hidden", async () => {
      await device.online();
      await device.pass(30_000);
      device.fire("visibilitychange");
      expect(socket(0).sent).toEqual([]);
      await device.pass(1);
      device.visibilityState = "hidden";
      device.fire("visibilitychange");
      expect(socket(0).sent).toEqual([]);
      device.visibilityState = "visible";
      device.fire("visibilitychange");
      expect(socket(0).sent).toEqual([{ action: "ping" }]);
    });
  });

  describe("before two hours are over", () => {
    async function untilRefresh(): Promise<void> {
      await device.online();
      for (let passed = 0; passed < REFRESH; passed += MINUTE) {
        await device.pass(MINUTE);
        socket(0).push(PONG);
      }
    }

    it("opens the next one with a new token, and closes the last one ten seconds after", async () => {
      await untilRefresh();
      expect(device.reasons).toEqual(["first", "refresh"]);
      expect(socket(0).isClosed).toBe(false);
      await device.open(1);
      await device.pass(9_999);
      expect(socket(0).isClosed).toBe(false);
      await device.pass(1);
      expect([socket(0).isClosed, socket(1).isClosed]).toEqual([true, false]);
      expect(device.told.states).toEqual(["online"]);
      expect(device.told.gaps).toEqual([]);
    });

    it("keeps the last one while the next one fails, and goes back to it when the next one breaks at once", async () => {
      await untilRefresh();
      socket(1).end();
      await device.pass(500);
      socket(2).open();
      socket(2).end();
      socket(0).push({ type: "notification", id: "1", data: "by the last" });
      await device.pass(20_000);
      expect(socket(0).isClosed).toBe(false);
      expect(device.told.states).toEqual(["online"]);
      expect(device.told.data).toEqual(["by the last"]);
      expect(count()).toBe(4);
    });

    it("draws the time, so that clients that began together do not come back together", async () => {
      jest.mocked(Math.random).mockReturnValue(0);
      await device.online();
      for (let minute = 0; minute < 110; minute++) {
        expect(count()).toBe(1);
        await device.pass(MINUTE);
        socket(0).push(PONG);
      }
      expect(count()).toBe(2);
    });
  });

  describe("that ends with its token", () => {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const token = (claims: object) => `${part({ alg: "RS256" })}.${part(claims)}.c2lnbmF0dXJl`;
    const now = () => Date.now() / 1_000;

    it("is replaced before: ten seconds, and up to a tenth of its life", async () => {
      await device.online({ token: () => token({ sub: "jürgen?>", exp: now() + 310 }), connectionLifeMs: tokenLifeMs });
      await device.pass(269_999);
      expect(count()).toBe(1);
      await device.pass(1);
      expect(count()).toBe(2);
    });

    it.each([
      ["nothing", undefined, 1],
      ["not a number", Number.NaN, 1],
      ["zero", 0, 1],
      ["no end", Number.POSITIVE_INFINITY, 1],
      ["a time that is over", -5_000, 2],
      ["a second", 1_000, 2],
    ])("is not replaced at once if the application's own function gives %s", async (_title, life, after9Seconds) => {
      await device.online({ connectionLifeMs: () => life as number });
      await device.pass(8_999);
      expect(count()).toBe(1);
      await device.pass(1);
      expect(count()).toBe(after9Seconds);
    });

    it("is tried again later if the application's own function fails, and says so", async () => {
      let isBroken = true;
      const connectionLifeMs = () => {
        if (isBroken) throw new Error("not a JWT");
        return 60_000;
      };
      await device.start({ connectionLifeMs });
      expect([device.told.states, count()]).toEqual([["offline: token"], 0]);
      isBroken = false;
      await device.pass(500);
      socket(0).open();
      expect(device.told.states).toEqual(["offline: token", "connecting", "online"]);
    });

    it.each([
      [
        "has a new token, and a clock that is an hour late",
        () => ({ iat: now() + 3_600, exp: now() + 4_000 }),
        390_000,
      ],
      ["has a clock that is a day early", () => ({ exp: now() - 86_400 }), 60_000],
      ["has a token without an end", () => ({ sub: "alice" }), 7_200_000],
    ])("counts no more and no less if the device %s", (_title, claims, lifeMs) => {
      expect(tokenLifeMs(token(claims()))).toBe(lifeMs);
    });

    it.each(["", "opaque", "a.b.c", "a.!.c"])("does not break on the token %j, which is not a JWT", (opaque) => {
      expect(tokenLifeMs(opaque)).toBe(7_200_000);
    });
  });

  describe("whose handshake is refused", () => {
    it("asks for a token again and says why, but not while the device has no network", async () => {
      await device.start();
      device.navigator.onLine = false;
      socket(0).end();
      await device.pass(500);
      expect(device.reasons).toEqual(["first", "first"]);
      device.navigator.onLine = true;
      socket(1).end();
      await device.pass(1_000);
      socket(2).open();
      socket(2).end();
      await device.pass(2_000);
      expect(device.reasons).toEqual(["first", "first", "refused", "refresh"]);
    });

    it.each([401, 403])("stops after a second %i, with a new token, and goes on after a reconnect", async (status) => {
      const client = await device.start();
      socket(0).end(1006, `Unexpected server response: ${status}`);
      expect(device.told.states).toEqual(["offline: network"]);
      await device.pass(500);
      expect(device.reasons).toEqual(["first", "refused"]);
      socket(1).end(1006, `Unexpected server response: ${status}`);
      expect(device.told.states).toEqual(["offline: network", "connecting", "closed: refused"]);
      await device.pass(24 * 60 * MINUTE);
      expect(count()).toBe(2);
      client.reconnect();
      await device.pass(0);
      socket(2).open();
      expect(client.state).toBe("online");
    });

    it.each([429, 500, 503])("does not stop for %i", async (status) => {
      await device.start();
      for (const [index, wait] of [500, 1_000, 2_000, 4_000, 8_000].entries()) {
        socket(index).end(1006, `Unexpected server response: ${status}`);
        await device.pass(wait);
      }
      expect(count()).toBe(6);
    });

    it.each([null, undefined, ""])(
      "stops if the provider gives %j for a token: nobody is signed in",
      async (nothing) => {
        const client = await device.start({ token: (why) => (why === "refused" ? nothing : "token") });
        socket(0).end();
        await device.pass(500);
        expect(device.told.states).toEqual(["offline: network", "connecting", "closed: no_token"]);
        await device.pass(24 * 60 * MINUTE);
        expect(count()).toBe(1);
        expect(client.state).toBe("closed");
      },
    );
  });

  it("is ended by the backend, and does not come back when the backend says so", async () => {
    const client = await device.online();
    socket(0).push({ type: "disconnect", reason: "maintenance", reconnect: true });
    socket(0).end(1000);
    await device.pass(500);
    await device.open(1);
    socket(1).push({ type: "disconnect", reason: "signed_out", reconnect: false });
    expect(client.state).toBe("closed");
    expect(device.told.disconnected).toEqual([
      { reason: "maintenance", reconnect: true },
      { reason: "signed_out", reconnect: false },
    ]);
    expect(device.told.states.at(-1)).toBe("closed: signed_out");
    device.fire("online");
    client.wake();
    await device.pass(24 * 60 * MINUTE);
    expect(count()).toBe(2);
  });

  it("comes back if the application calls reconnect when the backend has ended it", async () => {
    const client = await device.online();
    client.on("disconnected", () => client.reconnect());
    socket(0).push({ type: "disconnect", reason: "revoked", reconnect: false });
    await device.pass(0);
    await device.open(1);
    expect(device.told.states).toEqual(["online", "closed: revoked", "connecting", "online"]);
    expect(device.reasons).toEqual(["first", "first"]);
  });

  it("connects again with a new token when the application wants it, and both connections are heard", async () => {
    const client = await device.online();
    client.reconnect();
    await device.pass(0);
    expect(device.reasons).toEqual(["first", "refresh"]);
    await device.open(1);
    socket(0).push({ type: "notification", id: "1", data: 1 });
    socket(1).push({ type: "notification", id: "2", data: 2 });
    expect(device.told.data).toEqual([1, 2]);
    expect(device.told.states).toEqual(["online"]);
  });

  it("says after a break that something may be missed, where no history is kept", async () => {
    await device.online();
    await device.pass(MINUTE);
    socket(0).push(PONG);
    const heardAt = Date.now();
    await device.pass(MINUTE);
    socket(0).end();
    await device.pass(500);
    socket(1).end();
    await device.pass(1_000);
    await device.open(2);
    expect(device.told.gaps).toEqual([{ since: heardAt }]);
  });

  it("closes, leaves no timer and listens to no event, in every state", async () => {
    const client = await device.start();
    await client.close();
    expect(device.told.states).toEqual(["closed: closed"]);
    expect([socket(0).isClosed, jest.getTimerCount()]).toEqual([true, 0]);
    client.reconnect();
    await device.pass(0);
    socket(1).open();
    await client.close();
    await client.close();
    expect([socket(1).isClosed, jest.getTimerCount()]).toEqual([true, 0]);
    device.fire("online");
    await device.pass(24 * 60 * MINUTE);
    expect(count()).toBe(2);
    expect(device.told.states).toEqual(["closed: closed", "connecting", "online", "closed: closed"]);
  });

  it("can be closed and opened by a handler of its state", async () => {
    const client = await device.start();
    const off = client.on("state", (state) => {
      if (state === "online" && count() === 1) void client.close();
      if (state === "closed") client.reconnect();
      if (state === "offline") client.reconnect();
    });
    socket(0).open();
    await device.pass(0);
    socket(1).end();
    await device.pass(0);
    socket(2).open();
    expect(client.state).toBe("online");
    expect(socket(0).sent).toEqual([]);
    expect(count()).toBe(3);
    off();
  });
});
