import type { SumuError } from "../../client/src";
import { Device } from "./support/device";
import { ACK, gatewayError, PONG } from "./support/scripted-server";

const MINUTE = 60_000;

let device: Device;
beforeEach(() => {
  device = new Device();
});
afterEach(() => device.close());

const socket = (index: number) => device.server.socket(index);
const frame = (message: unknown) => ({ action: "send", message });

/** What becomes of each promise, in the order in which it is settled. */
function outcomes(...promises: readonly Promise<unknown>[]): string[] {
  const settled: string[] = [];
  promises.forEach((promise, index) => {
    promise.then(
      () => settled.push(`${index} sent`),
      (error: SumuError) => settled.push(`${index} ${error.code}`),
    );
  });
  return settled;
}

describe("what the client sends", () => {
  it("goes one after the other, and each message gets its own answer", async () => {
    const client = await device.start();
    const settled = outcomes(client.send("first"), client.publish({ second: 2 }), client.send("third"));
    const { sent, push } = await device.open(0).then((open) => ({ sent: open.sent, push: open.push.bind(open) }));
    expect(sent).toEqual([frame("first")]);
    push({ type: "notification", id: "1", data: "between" });
    push({ ...ACK, action: "publish" });
    expect(sent).toHaveLength(1);
    push(ACK);
    push({ type: "error", action: "publish", requestId: "r", message: "The message is missing or too large." });
    expect(sent.slice(1)).toEqual([{ action: "publish", message: { second: 2 } }, frame("third")]);
    push(ACK);
    await device.pass(0);
    expect(settled).toEqual(["0 sent", "1 refused", "2 sent"]);
    expect(device.told.data).toEqual(["between"]);
  });

  it("waits while offline; what was on its way is sent again by the next connection, in order", async () => {
    const client = await device.online();
    const settled = outcomes(client.send(1), client.send(2));
    socket(0).end();
    const more = outcomes(client.send(3));
    await device.pass(500);
    await device.open(1);
    for (let count = 0; count < 3; count++) socket(1).push(ACK);
    await device.pass(0);
    expect(socket(0).sent).toEqual([frame(1)]);
    expect(socket(1).sent).toEqual([frame(1), frame(2), frame(3)]);
    expect([settled, more]).toEqual([["0 sent", "1 sent"], ["0 sent"]]);
  });

  it("waits up to its bound and its age, and the application hears of it", async () => {
    const client = await device.start({ maxWaiting: 2, maxWaitingMs: MINUTE });
    const settled = outcomes(client.send(1), client.send(2), client.send(3));
    await device.pass(MINUTE - 1);
    expect(settled).toEqual(["2 too_many_waiting"]);
    await device.pass(1);
    expect(settled).toEqual(["2 too_many_waiting", "0 timeout", "1 timeout"]);
    const later = outcomes(client.send(4));
    await device.open(-1);
    expect(socket(-1).sent).toEqual([frame(4)]);
    socket(-1).push(ACK);
    await device.pass(0);
    expect(later).toEqual(["0 sent"]);
  });

  it("waits for ever, if the application says so", async () => {
    const client = await device.start({ maxWaitingMs: Number.POSITIVE_INFINITY });
    const sent = client.send("a");
    await device.pass(24 * 60 * MINUTE);
    device.fire("online");
    await device.pass(0);
    const opened = await device.open(-1);
    opened.push(ACK);
    await sent;
    expect(opened.of("send")).toEqual([{ action: "send", message: "a" }]);
  });

  it("takes a thousand messages, for five minutes, if nothing else is said", async () => {
    const client = await device.start();
    const settled = outcomes(...Array.from({ length: 1_001 }, (_, index) => client.send(index)));
    await device.pass(5 * MINUTE - 1);
    expect(settled).toEqual(["1000 too_many_waiting"]);
    await device.pass(1);
    expect(settled).toHaveLength(1_001);
    expect(settled[1]).toBe("0 timeout");
  });

  it("is measured in bytes of UTF-8, with the frame around it", async () => {
    const client = await device.online();
    const around = JSON.stringify(frame("")).length;
    const room = 32 * 1_024 - around;
    const text = "ä".repeat(room / 2) + "x".repeat(room % 2);
    const settled = outcomes(client.send(text), client.send(`${text}y`), client.publish(text));
    await device.pass(0);
    expect(settled).toEqual(["1 too_large", "2 too_large"]);
    expect(socket(0).sent).toEqual([frame(text)]);
  });

  it("is not sent again if it is what the connection was closed for", async () => {
    const client = await device.online();
    const settled = outcomes(client.send("large"), client.send("small"));
    socket(0).end(1009);
    await device.pass(500);
    await device.open(1);
    expect(settled).toEqual(["0 too_large"]);
    expect(socket(1).sent).toEqual([frame("small")]);
  });

  it("is sent again if AWS is busy, once the first try has had its time; an answer that was late counts", async () => {
    const client = await device.online();
    const settled = outcomes(client.send(1), client.send(2));
    socket(0).push(gatewayError("Too Many Requests"));
    await device.pass(2_499);
    expect(socket(0).sent).toEqual([frame(1)]);
    await device.pass(1);
    expect(socket(0).sent).toEqual([frame(1), frame(1)]);
    socket(0).push(gatewayError("Internal server error"));
    socket(0).push(ACK);
    await device.pass(20_000);
    expect(settled).toEqual(["0 sent"]);
    expect(socket(0).sent.slice(2)).toEqual([frame(2), { action: "ping" }]);
  });

  it("is refused by a stack that has no such route", async () => {
    const client = await device.online();
    const settled = outcomes(client.publish(1));
    socket(0).push(gatewayError("Forbidden"));
    await device.pass(0);
    expect(settled).toEqual(["0 not_supported"]);
  });

  describe("and that gets no answer", () => {
    it("makes the client ask whether the connection lives, and then use another: a late answer is for no other message", async () => {
      const client = await device.online();
      const settled = outcomes(client.send(1), client.send(2));
      await device.pass(10_000);
      expect(socket(0).sent).toEqual([frame(1), { action: "ping" }]);
      socket(0).push(PONG);
      await device.pass(19_999);
      expect(device.server.sockets).toHaveLength(1);
      await device.pass(1);
      await device.open(1);
      expect([socket(0).isClosed, socket(1).sent]).toEqual([false, []]);
      await device.pass(10_000);
      expect([socket(0).isClosed, socket(1).sent]).toEqual([true, [frame(1)]]);
      socket(1).push(ACK);
      socket(1).push(ACK);
      await device.pass(0);
      expect(settled).toEqual(["0 sent", "1 sent"]);
      expect(device.told.states).toEqual(["online"]);
    });

    it("shows a dead connection ten seconds after the ping", async () => {
      const client = await device.online();
      void client.send(1).catch(() => {});
      await device.pass(19_999);
      expect(device.told.states).toEqual(["online"]);
      await device.pass(1);
      expect(device.told.states).toEqual(["online", "offline: network"]);
    });
  });

  it("is answered by the connection that took it while the next one takes over", async () => {
    const client = await device.online();
    const settled = outcomes(client.send(1), client.send(2));
    client.reconnect();
    await device.pass(0);
    await device.open(1);
    expect(socket(1).sent).toEqual([]);
    socket(0).push(ACK);
    expect(socket(1).sent).toEqual([frame(2)]);
    socket(0).push(ACK);
    await device.pass(0);
    expect(settled).toEqual(["0 sent"]);
    socket(1).push(ACK);
    await device.pass(0);
    expect(settled).toEqual(["0 sent", "1 sent"]);
    expect(socket(0).sent).toEqual([frame(1)]);
  });

  it("goes by a new connection if the token of this one has ended", async () => {
    const client = await device.online();
    const settled = outcomes(client.send(1));
    socket(0).push({ type: "error", action: "send", requestId: "r", reason: "connection_ended", message: "ended" });
    expect(socket(0).isClosed).toBe(true);
    await device.pass(500);
    await device.open(1);
    socket(1).push(ACK);
    await device.pass(0);
    expect(settled).toEqual(["0 sent"]);
    expect(device.reasons).toEqual(["first", "refresh"]);
  });

  it("is rejected when the client closes, and afterwards", async () => {
    const client = await device.online();
    const settled = outcomes(client.send(1), client.send(2));
    await client.close();
    const later = outcomes(client.send(3));
    await device.pass(0);
    expect([settled, later]).toEqual([["0 closed", "1 closed"], ["0 closed"]]);
  });

  it("is rejected, and breaks nothing, if JSON cannot say it", async () => {
    const client = await device.online();
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    await expect(client.send(circle)).rejects.toThrow(TypeError);
    await expect(client.send(1n)).rejects.toThrow(TypeError);
    const settled = outcomes(client.send("fine"));
    socket(0).push(ACK);
    await device.pass(0);
    expect(settled).toEqual(["0 sent"]);
  });
});
