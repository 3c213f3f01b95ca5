import fc from "fast-check";
import { Device } from "./support/device";
import { ACK, PONG } from "./support/scripted-server";

const MINUTE = 60_000;

let device: Device;
beforeEach(() => {
  device = new Device();
});
afterEach(() => device.close());

const socket = (index: number) => device.server.socket(index);
const notification = (id: string, data: unknown = id, more: object = {}) => ({
  type: "notification",
  id,
  data,
  ...more,
});

describe("what the application hears", () => {
  it("is each notification once, with what SUMU says of it", async () => {
    await device.online();
    socket(0).push(notification("1", null));
    socket(0).push(
      notification("2", { a: 1 }, { cursor: "1764000000000-a", channel: "room:42", from: "bob", recovered: true }),
    );
    socket(0).push(notification("1", null));
    expect(device.told.messages).toEqual([
      { id: "1", data: null, recovered: false },
      { id: "2", data: { a: 1 }, channel: "room:42", from: "bob", recovered: true },
    ]);
  });

  it("is a notification to two channels once for each of them", async () => {
    await device.online();
    for (const channel of ["a", "b", "a"]) socket(0).push(notification("1", channel, { channel }));
    expect(device.told.data).toEqual(["a", "b"]);
    socket(0).push(notification("1", "own"));
    expect(device.told.data).toEqual(["a", "b", "own"]);
  });

  it("has no repeat of the last 15 minutes, and none of the last 1,000", async () => {
    await device.online();
    for (let index = 0; index < 3_000; index++) socket(0).push(notification(`${index}`));
    for (let minute = 1; minute <= 14; minute++) {
      await device.pass(MINUTE);
      socket(0).push(PONG);
    }
    await device.pass(MINUTE - 1);
    for (const id of ["new", "0", "2999"]) socket(0).push(notification(id));
    expect(device.told.data).toHaveLength(3_001);
    await device.pass(1);
    socket(0).push(notification("newer"));
    for (let index = 2_002; index < 3_000; index++) socket(0).push(notification(`${index}`));
    expect(device.told.data).toHaveLength(3_002);
    socket(0).push(notification("0"));
    expect(device.told.data).toHaveLength(3_003);
  });

  it("is bounded in the memory that it takes: 20,000 ids", async () => {
    await device.online();
    for (let index = 0; index <= 20_000; index++) socket(0).push(notification(`${index}`));
    for (const id of ["1", "0"]) socket(0).push(notification(id));
    expect(device.told.data.slice(20_001)).toEqual(["0"]);
  });

  it("is each notification once while one connection takes over from another", async () => {
    const client = await device.online();
    client.reconnect();
    await device.pass(0);
    await device.open(1);
    for (const [index, id] of [
      [0, "a"],
      [1, "a"],
      [1, "b"],
      [0, "c"],
      [0, "b"],
      [1, "d"],
    ] as const) {
      socket(index).push(notification(id));
    }
    await device.pass(10_000);
    socket(1).push(notification("c"));
    expect(device.told.data).toEqual(["a", "b", "c", "d"]);
  });

  it("goes on when a handler throws, and the error is an uncaught one of the application", async () => {
    const client = await device.online();
    const uncaught: unknown[] = [];
    jest.spyOn(globalThis, "queueMicrotask").mockImplementation((run) => {
      try {
        run();
      } catch (error) {
        uncaught.push(error);
      }
    });
    const broken = new Error("a handler of the application");
    const heard: unknown[] = [];
    const off = client.on("message", () => {
      throw broken;
    });
    client.on("message", ({ data }) => heard.push(data));
    socket(0).push(notification("1"));
    off();
    socket(0).push(notification("2"));
    expect([heard, uncaught]).toEqual([["1", "2"], [broken]]);
  });

  it("comes to a handler as often as it was put there, until it is taken off", async () => {
    const client = await device.online();
    const heard: unknown[] = [];
    const handler = ({ data }: { data: unknown }) => heard.push(data);
    const offs = [client.on("message", handler), client.on("message", handler)];
    socket(0).push(notification("1"));
    offs[0]?.();
    socket(0).push(notification("2"));
    offs[1]?.();
    socket(0).push(notification("3"));
    expect(heard).toEqual(["1", "1", "2"]);
  });
});

describe("a server of the bare protocol", () => {
  it("gives notifications without anything around them: any JSON", async () => {
    await device.online();
    const all = [
      { a: 1 },
      null,
      "text",
      [1],
      { type: "order" },
      { type: "notification", title: "no id" },
      0,
      false,
      { a: 1 },
    ];
    for (const data of all) socket(0).push(data);
    expect(device.told.data).toEqual(all);
    expect(device.told.messages[0]).toEqual({ data: { a: 1 }, recovered: false });
  });

  it("is told from a server of protocol 2, whose frames of another type are for later clients", async () => {
    await device.online();
    socket(0).push(notification("1"));
    for (const frame of [{ type: "from_the_future", data: 1 }, { no: "type" }, "text", null]) socket(0).push(frame);
    expect(device.told.data).toEqual(["1"]);
  });

  it("gives each notification once while one connection takes over, in whatever order the two bring them", async () => {
    const client = await device.online();
    client.reconnect();
    await device.pass(0);
    socket(0).push("before the next was open");
    await device.open(1);
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
      socket(index).push(data);
    }
    expect(device.told.data).toEqual(["before the next was open", "both", "only the last", "twice", "twice"]);
    await device.pass(10_000);
    socket(1).push("both");
    expect(device.told.data.at(-1)).toBe("both");
  });
});

describe("a hostile server", () => {
  const FRAMES: readonly unknown[] = [
    "",
    "{",
    "\u0000",
    "[".repeat(10_000),
    `"${"x".repeat(300_000)}"`,
    undefined,
    new ArrayBuffer(8),
    7,
    ...[
      { type: "notification" },
      { type: "notification", id: 7, data: 1 },
      { type: "notification", id: "x" },
      { type: "notification", id: "n", data: 1, cursor: {}, channel: 5, from: [], recovered: "yes" },
      { type: "disconnect" },
      { type: "disconnect", reason: 5, reconnect: false },
      { type: "recovered" },
      { type: "recovered", id: "1", cursor: 5, more: true },
      { type: "recovered", id: {}, cursor: "9" },
      { type: "subscribed", id: "1", channels: 5, refused: "all" },
      { type: "refused", id: "1" },
      { type: "refused", id: "2", reason: {} },
      { type: "ack" },
      { type: "ack", action: {} },
      { type: "error", action: "send" },
      { type: "error" },
      ACK,
      PONG,
      { message: 5, requestId: "r", connectionId: "c" },
      { message: "Forbidden", requestId: "r", connectionId: "c" },
      { type: { toString: null } },
      { __proto__: null, constructor: "x" },
    ].map((frame) => JSON.stringify(frame)),
  ];

  it("cannot make the client throw, hang or stop, whatever it sends and in whatever order", async () => {
    const client = await device.online();
    client.channel("room").subscribe(() => {});
    await device.pass(0);
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...FRAMES), { maxLength: 50 }), (frames) => {
        const waiting = client.send("x").catch(() => {});
        for (const frame of frames) socket(0).pushText(frame);
        for (let count = 0; count < 10; count++) socket(0).push(ACK);
        return waiting !== undefined;
      }),
      { seed: 1, numRuns: 200 },
    );
    await device.pass(0);
    device.told.data.splice(0);
    socket(0).push(notification("after all that"));
    expect(device.told.data).toEqual(["after all that"]);
    expect(client.state).toBe("online");
  });

  it("cannot make the application's data pollute a prototype, or be read for long", async () => {
    await device.online();
    socket(0).pushText('{"type":"notification","id":"__proto__","data":{"__proto__":{"polluted":true}}}');
    socket(0).pushText(`{"type":"notification","id":"2","data":"${"x".repeat(256 * 1_024)}"}`);
    expect(device.told.data).toHaveLength(1);
    expect((Object.prototype as Record<string, unknown>).polluted).toBe(undefined);
  });
});
