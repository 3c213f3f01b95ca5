import type { CursorStore, SumuError } from "../../client/src";
import { Device } from "./support/device";
import { ACK, FORBIDDEN, type ScriptedSocket } from "./support/scripted-server";

const MINUTE = 60_000;

let device: Device;
beforeEach(() => {
  device = new Device();
});
afterEach(() => device.close());

const socket = (index: number) => device.server.socket(index);
const cursor = (time: number) => `${1_764_000_000_000 + time}-a`;
const post = (channel: string, id: string, more: object = {}) => ({
  type: "notification",
  id,
  channel,
  data: id,
  ...more,
});

/** Answers the last frame of an action. */
async function answer(of: ScriptedSocket, action: string, type: string, more: object = {}): Promise<void> {
  of.push({ ...ACK, action });
  of.push({ type, id: of.last(action).id, ...more });
  await device.pass(0);
}
const recovered = (of: ScriptedSocket, time: number) => answer(of, "recover", "recovered", { cursor: cursor(time) });
const subscribed = (of: ScriptedSocket, time: number, more: object = {}) =>
  answer(of, "subscribe", "subscribed", { channels: [], refused: [], cursor: cursor(time), ...more });

async function open(index: number): Promise<ScriptedSocket> {
  socket(index).open();
  await device.pass(0);
  return socket(index);
}

async function breakAndOpen(index: number): Promise<ScriptedSocket> {
  socket(index - 1).end();
  device.fire("online");
  await device.pass(0);
  return open(index);
}

/** A client on a stack with history and channels. */
async function online(cursorStore?: CursorStore) {
  const client = await device.start({ cursor: cursorStore });
  await open(0);
  await recovered(socket(0), 1_000);
  return client;
}

describe("a channel", () => {
  it("is asked for once, by all handlers of the application together, and brings each message to its handlers", async () => {
    const client = await online();
    const heard: string[] = [];
    const offs = ["a", "b", "a"].map((name, index) =>
      client.channel<string>(name).subscribe(({ data }) => heard.push(`${index} ${data}`)),
    );
    await device.pass(0);
    expect(socket(0).of("subscribe")).toEqual([{ action: "subscribe", id: "2", channels: ["a", "b"] }]);
    await subscribed(socket(0), 2_000, { channels: ["a", "b"] });
    socket(0).push(post("a", "1", { from: "bob" }));
    socket(0).push(post("b", "2"));
    socket(0).push(post("c", "3"));
    expect(heard).toEqual(["0 1", "2 1", "1 2"]);
    expect(device.told.messages[0]).toEqual({ id: "1", data: "1", channel: "a", from: "bob", recovered: false });

    offs[0]?.();
    offs[1]?.();
    offs[1]?.();
    await device.pass(0);
    expect(socket(0).of("unsubscribe")).toEqual([{ action: "unsubscribe", id: "3", channels: ["b"] }]);
    socket(0).push(post("a", "4"));
    expect(heard.at(-1)).toBe("2 4");
  });

  it("that is left and entered again at once is not asked for again", async () => {
    const client = await online();
    client.channel("a").subscribe(() => {})();
    client.channel("a").subscribe(() => {});
    await device.pass(0);
    expect(socket(0).of("subscribe")).toHaveLength(1);
    expect(socket(0).of("unsubscribe")).toHaveLength(0);
  });

  it("is asked for in frames of at most 100 names", async () => {
    const client = await online();
    for (let index = 0; index < 201; index++) client.channel(`room:${index}`).subscribe(() => {});
    await device.pass(0);
    await subscribed(socket(0), 2_000);
    expect(
      socket(0)
        .of("subscribe")
        .map(({ channels }) => (channels as string[]).length),
    ).toEqual([100, 100, 1]);
  });

  it("is entered again by each new connection, with what was missed in it; the cursor waits for all of it", async () => {
    const client = await online();
    client.channel("a").subscribe(() => {});
    await device.pass(0);
    await subscribed(socket(0), 2_000);
    client.channel("new").subscribe(() => {});
    await device.pass(0);
    await breakAndOpen(1);
    expect(socket(1).sent).toEqual([
      { action: "recover", id: "4", after: cursor(2_000) },
      { action: "subscribe", id: "5", channels: ["a"], after: cursor(2_000) },
      { action: "subscribe", id: "6", channels: ["new"] },
    ]);
    socket(1).push(post("a", "live", { cursor: cursor(9_000) }));
    await recovered(socket(1), 8_000);
    socket(1).push({ type: "subscribed", id: "6", channels: ["new"], refused: [], cursor: cursor(8_000) });
    await device.pass(0);
    await breakAndOpen(2);
    expect(socket(2).sent).toEqual([
      { action: "recover", id: "7", after: cursor(2_000) },
      { action: "subscribe", id: "8", channels: ["a", "new"], after: cursor(2_000) },
    ]);
    socket(2).push(post("a", "missed", { cursor: cursor(5_000), recovered: true }));
    await recovered(socket(2), 10_000);
    await subscribed(socket(2), 10_001);
    expect(device.told.data).toEqual(["live", "missed"]);
    await breakAndOpen(3);
    expect(socket(3).last("recover").after).toBe(cursor(10_001));
  });

  it("gives all that its history has to a handler that asks for it", async () => {
    const client = await online();
    client.channel("a").subscribe(() => {}, { after: "0" });
    await device.pass(0);
    expect(socket(0).last("subscribe")).toEqual({ action: "subscribe", id: "2", channels: ["a"], after: "0" });
    await subscribed(socket(0), 2_000, { more: true });
    expect(socket(0).last("subscribe")).toEqual({
      action: "subscribe",
      id: "3",
      channels: ["a"],
      after: cursor(2_000),
      more: true,
    });
    await subscribed(socket(0), 3_000);
    await breakAndOpen(1);
    expect(socket(1).last("subscribe").after).toBe(cursor(3_000));
  });

  it("says that something is missing in it, if its history does not reach that far", async () => {
    const client = await online();
    client.channel("a").subscribe(() => {});
    client.channel("b").subscribe(() => {});
    await device.pass(0);
    await subscribed(socket(0), 2_000, { refused: [{ channel: "b", reason: "not_allowed" }] });
    await breakAndOpen(1);
    socket(1).push({ type: "subscribed", id: socket(1).of("subscribe")[0]?.id, cursor: cursor(5_000), gap: true });
    await device.pass(0);
    expect(device.told.gaps).toEqual([{ channel: "a", since: 1_764_000_002_000 }]);
  });

  it("that is refused is an event for each name, and is asked for again by the next connection only", async () => {
    const client = await online();
    for (const name of ["a", "b"]) client.channel(name).subscribe(() => {});
    await device.pass(0);
    await subscribed(socket(0), 2_000, {
      channels: ["a"],
      refused: [{ channel: "b", reason: "not_allowed" }, null, 7],
    });
    expect(device.told.refused).toEqual([{ channel: "b", reason: "not_allowed" }]);
    client.channel("c").subscribe(() => {});
    await device.pass(0);
    expect(socket(0).last("subscribe").channels).toEqual(["c"]);
    await breakAndOpen(1);
    expect(
      socket(1)
        .of("subscribe")
        .map(({ channels, after }) => [channels, after]),
    ).toEqual([
      [["a"], cursor(2_000)],
      [["b", "c"], undefined],
    ]);
  });

  it("is refused as a whole where the stack has no channels, whatever the history", async () => {
    const client = await device.start();
    client.channel("a").subscribe(() => {});
    await open(0);
    expect(socket(0).sent.map(({ action }) => action)).toEqual(["recover"]);
    socket(0).push({ ...ACK, action: "recover" });
    expect(socket(0).sent.map(({ action }) => action)).toEqual(["recover", "subscribe"]);
    socket(0).push(FORBIDDEN);
    await device.pass(0);
    expect(device.told.refused).toEqual([{ channel: "a", reason: "not_supported" }]);
    socket(0).push(post("a", "1", { channel: undefined, cursor: cursor(3_000) }));
    socket(0).push({ type: "recovered", id: "1", cursor: cursor(1_000) });
    await device.pass(0);
    await breakAndOpen(1);
    expect(socket(1).of("recover")[0]?.after).toBe(cursor(3_000));
    expect(device.told.gaps).toEqual([]);
  });

  it("goes on after a reload from where the client was", async () => {
    let text: string | null = null;
    const store: CursorStore = { load: () => text, save: (next) => (text = next) };
    const client = await online(store);
    client.channel("a").subscribe(() => {});
    client.channel("b").subscribe(() => {});
    await device.pass(0);
    await subscribed(socket(0), 2_000);
    await client.close();

    const reloaded = await device.start({ cursor: store });
    reloaded.channel("a").subscribe(() => {});
    reloaded.channel("c").subscribe(() => {});
    await open(1);
    await recovered(socket(1), 8_000);
    socket(1).push({ ...ACK, action: "subscribe" });
    expect(
      socket(1)
        .of("subscribe")
        .map(({ channels, after }) => [channels, after]),
    ).toEqual([
      [["a"], cursor(2_000)],
      [["c"], undefined],
    ]);
  });
});

describe("a new client that waits for the answer about a channel", () => {
  it("goes on from its first cursor if the connection breaks: what was sent to its user meanwhile is not lost", async () => {
    const client = await device.start();
    client.channel("a").subscribe(() => {});
    await open(0);
    await recovered(socket(0), 1_000);
    socket(0).push({ type: "notification", id: "1", cursor: cursor(2_000), data: 1 });
    await breakAndOpen(1);
    expect(socket(1).of("recover")[0]?.after).toBe(cursor(1_000));
    expect(device.told.gaps).toEqual([]);
  });
});

describe("a channel that is left and wanted again at once", () => {
  const BUSY = { type: "refused", reason: "unavailable" };
  const frames = () =>
    socket(0)
      .sent.slice(1)
      .map(({ action, channels }) => `${action} ${channels}`);

  it("is joined after the answer to the frame that leaves it: sent again, that frame would take it out", async () => {
    const client = await online();
    const off = client.channel("a").subscribe(() => {});
    await device.pass(0);
    await subscribed(socket(0), 2_000, { channels: ["a"] });
    off();
    await device.pass(0);
    client.channel("a").subscribe(() => {});
    client.channel("b").subscribe(() => {});
    await answer(socket(0), "unsubscribe", "refused", BUSY);
    expect(frames()).toEqual(["subscribe a", "unsubscribe a", "subscribe b"]);
    await device.pass(5_000);
    await answer(socket(0), "unsubscribe", "unsubscribed", { channels: ["a"] });
    expect(frames().slice(3)).toEqual(["unsubscribe a", "subscribe a"]);
  });

  it("is left after the answer to the frame that joins it: sent again, that frame would take it in", async () => {
    const client = await online();
    const off = client.channel("a").subscribe(() => {});
    await device.pass(0);
    off();
    await answer(socket(0), "subscribe", "refused", BUSY);
    expect(frames()).toEqual(["subscribe a"]);
    await device.pass(5_000);
    await subscribed(socket(0), 2_000, { channels: ["a"] });
    expect(frames().slice(1)).toEqual(["subscribe a", "unsubscribe a"]);
  });

  it("stays as it was if it is wanted again before anything was sent", async () => {
    const client = await online();
    const off = client.channel("a").subscribe(() => {});
    await device.pass(0);
    off();
    client.channel("a").subscribe(() => {});
    await subscribed(socket(0), 2_000, { channels: ["a"] });
    expect(frames()).toEqual(["subscribe a"]);
  });
});

describe("a post", () => {
  it("resolves with the id of the message, or rejects with the reason, each for itself", async () => {
    const client = await online();
    const posts = [client.channel("a").post({ text: "hi" }), client.channel("b").post("no")];
    await device.pass(0);
    socket(0).push({ ...ACK, action: "post" });
    const [first, second] = socket(0).of("post");
    expect(first).toEqual({ action: "post", id: "2", channel: "a", data: { text: "hi" }, key: expect.any(String) });
    socket(0).push({ type: "refused", id: second?.id, action: "post", reason: "not_allowed", message: "no claim" });
    socket(0).push({ type: "posted", id: first?.id, notification: "n-1" });
    await expect(posts[0]).resolves.toBe("n-1");
    await expect(posts[1]).rejects.toMatchObject({ code: "not_allowed", message: "no claim" });
  });

  it("waits while offline, and is posted again with the same key if the connection breaks before the answer", async () => {
    const client = await device.start();
    const posted = client.channel("a").post(1);
    await open(0);
    socket(0).push({ ...ACK, action: "post" });
    await recovered(socket(0), 1_000);
    expect(socket(0).of("post")).toHaveLength(1);
    await breakAndOpen(1);
    expect(socket(1).of("post")).toEqual(socket(0).of("post"));
    await answer(socket(1), "post", "posted", { notification: "n-1" });
    await expect(posted).resolves.toBe("n-1");
  });

  it("is tried again without an answer, each time with the same key, and given up when its time is over", async () => {
    const client = await device.start({ maxWaitingMs: MINUTE });
    await open(0);
    await recovered(socket(0), 1_000);
    const codes: string[] = [];
    client
      .channel("a")
      .post(1)
      .catch(({ code }: SumuError) => codes.push(code));
    await device.pass(30_000);
    await device.pass(59_999);
    expect(codes).toEqual([]);
    expect(socket(0).of("post")).toHaveLength(2);
    expect(socket(0).of("post")[1]).toEqual(socket(0).of("post")[0]);
    await device.pass(1);
    expect(codes).toEqual(["timeout"]);
    expect(socket(0).of("post")).toHaveLength(2);
  });

  it("is bounded as messages are, and rejected when the client closes", async () => {
    const client = await device.start({ maxWaiting: 1, maxWaitingMs: MINUTE });
    const codes: string[] = [];
    const note = (posted: Promise<unknown>) => posted.catch(({ code }: SumuError) => codes.push(code));
    void note(client.channel("a").post(1));
    void note(client.channel("a").post(2));
    void note(client.channel("a").post("x".repeat(40_000)));
    await device.pass(MINUTE);
    expect(codes).toEqual(["too_many_waiting", "too_large", "timeout"]);
    void note(client.channel("a").post(3));
    await client.close();
    void note(client.channel("a").post(4));
    await device.pass(0);
    expect(codes.slice(3)).toEqual(["closed", "closed"]);
  });
});
