import type { ConnectionRow } from "../../../handlers/pusher/connection";
import { partsOf } from "../../../handlers/pusher/read-channel";
import { connections, SimulatedAws, type SimulatedAwsOptions } from "../../../support/simulated-aws";

/** Two connections of protocol 2 for each user. */
const modern = (count: number, over: Partial<ConnectionRow> = {}) => connections(count, { protocol: 2, ...over });
const to = (channels: readonly string[], over: object = {}) =>
  JSON.stringify({ notification: { to: { channels }, id: "n", data: 1, ...over } });
const posted = (body: string, postedBy: string) => ({ body, postedBy, isContinuation: false, availableAt: 0 });

function channelAws(options: Omit<SimulatedAwsOptions, "rows"> & Partial<Pick<SimulatedAwsOptions, "rows">>) {
  const frames: (readonly [string, unknown])[] = [];
  const aws = new SimulatedAws({
    rows: [],
    ...options,
    onDelivered: (connectionId, data) => frames.push([connectionId, JSON.parse(data)]),
  });
  return { aws, frames };
}

describe("a notification to a channel", () => {
  it("reaches each connection that is in it, with the channel's name, and nobody else", async () => {
    const [one, two, three] = modern(3);
    const { aws, frames } = channelAws({
      rows: modern(9),
      channels: { "room:42": [one, two], other: [three] } as never,
    });
    expect(await aws.invoke([to(["room:42"])])).toEqual(["done"]);
    const frame = { type: "notification", id: "n", channel: "room:42", data: 1 };
    expect(frames).toEqual([
      ["connection-0", frame],
      ["connection-1", frame],
    ]);
  });

  it("says who has posted it", async () => {
    const { aws, frames } = channelAws({ channels: { "room:42": modern(1) } });
    await aws.invoke([posted(to(["room:42"], { data: { from: "mallory" } }), "alice")]);
    expect(frames).toEqual([
      ["connection-0", { type: "notification", id: "n", channel: "room:42", from: "alice", data: { from: "mallory" } }],
    ]);
  });

  it("comes once for each of the named channels, to a connection that is in both", async () => {
    const { aws, frames } = channelAws({ channels: { a: modern(1), b: modern(2) } });
    await aws.invoke([to(["a", "b"])]);
    expect(frames.map(([connection, frame]) => [connection, (frame as { channel: string }).channel]).sort()).toEqual([
      ["connection-0", "a"],
      ["connection-0", "b"],
      ["connection-1", "b"],
    ]);
  });

  it("spares the users that it excepts", async () => {
    const { aws, frames } = channelAws({ channels: { a: modern(6) } });
    await aws.invoke([to(["a"], { except: { users: ["user-1"] } })]);
    expect(frames.map(([connection]) => connection)).toEqual([
      "connection-0",
      "connection-1",
      "connection-4",
      "connection-5",
    ]);
  });

  it("is done when nobody is in the channel, or no channel is named", async () => {
    const { aws, frames } = channelAws({ channels: {} });
    expect(await aws.invoke([to(["empty"]), to([])])).toEqual(["done", "done"]);
    expect([frames, aws.deadLetters, aws.queue]).toEqual([[], [], []]);
  });

  it("is a dead letter, never a broadcast, where there are no channels", async () => {
    const { aws, frames } = channelAws({ rows: modern(4) });
    const body = to(["room:42"]);
    expect(await aws.invoke([body])).toEqual(["done"]);
    expect(aws.deadLetters).toMatchObject([{ body, reason: "channels_not_enabled" }]);
    expect(frames).toEqual([]);
  });

  it("is refused once if its frame is too large with the channel and the sender", async () => {
    const { aws, frames } = channelAws({ channels: { a: modern(2) } });
    const overhead = JSON.stringify({ type: "notification", id: "n", channel: "a", from: "alice" }).length + 10;
    const fits = to(["a"], { data: "x".repeat(128 * 1024 - overhead) });
    const body = to(["a"], { data: "x".repeat(128 * 1024 - overhead + 1) });
    expect(await aws.invoke([posted(fits, "alice"), posted(body, "alice")])).toEqual(["done", "done"]);
    expect([frames.length, aws.deadLetters.map(({ reason }) => reason)]).toEqual([2, ["payload_too_large"]]);
  });

  it("removes the row of a connection that is gone from the channel and from the connections", async () => {
    const { aws } = channelAws({
      channels: { a: modern(3) },
      answer: (connectionId) => (connectionId === "connection-1" ? 410 : 200),
    });
    await aws.invoke([to(["a"])]);
    expect([aws.unsubscribed, aws.removed]).toEqual([["a connection-1"], ["connection-1"]]);
  });

  it("closes a connection whose token has ended once, and removes its rows, so that no later notification meets them", async () => {
    const now = Date.UTC(2026, 0, 1) / 1_000;
    const ended = modern(1, { deleteAt: now - 60, endsAt: now - 60 });
    const { aws, frames } = channelAws({ rows: ended, channels: { a: ended, b: ended }, closeAnswer: () => 410 });
    await aws.invoke([to(["a"])]);
    await aws.invoke([to(["a"])]);
    expect([frames, aws.closes]).toEqual([[], ["connection-0"]]);
    expect([aws.removed, aws.unsubscribed]).toEqual([["connection-0"], ["a connection-0"]]);
  });

  it("removes an expired row from the channel alone, and sends it nothing", async () => {
    const expired = modern(1, { deleteAt: Date.UTC(2025, 11, 31) / 1_000 });
    const { aws, frames } = channelAws({ channels: { a: expired } });
    await aws.invoke([to(["a"])]);
    expect([aws.unsubscribed, aws.removed, frames]).toEqual([["a connection-0"], [], []]);
  });

  it("tells how many connections it went to", async () => {
    const { aws } = channelAws({ channels: { a: modern(3), b: modern(5) } });
    await aws.invoke([to(["a", "b"]), '{"data":1}']);
    const summary = aws.log.find(({ code }) => code === "pushed");
    expect(summary?.values?.ChannelConnections).toEqual([3, 5]);
  });

  it("is tried again as a notification to the channel, with the channel and the sender", async () => {
    const { aws, frames } = channelAws({
      channels: { a: modern(2) },
      answer: (_, tries) => (tries <= 12 ? 500 : 200),
    });
    await aws.invoke([posted(to(["a"]), "alice")]);
    expect(aws.queue.map(({ body }) => JSON.parse(body).notification)).toEqual([
      { to: { channels: ["a"] }, id: "n", data: 1 },
    ]);
    await aws.drain();
    expect(frames).toEqual(
      ["connection-0", "connection-1"].map((id) => [
        id,
        { type: "notification", id: "n", channel: "a", from: "alice", data: 1 },
      ]),
    );
  });
});

describe("a notification to a channel of many pages", () => {
  const settings = { broadcastSegments: 4 };

  it("is handed over by parts of the connections' ids, of about the same size, and no connection gets it twice", async () => {
    const { aws, frames } = channelAws({ channels: { a: modern(10_000) }, pageRows: 600, settings });
    await aws.invoke([to(["a"], { except: { users: ["user-7"] } })]);
    expect(frames).toEqual([]);
    const parts = aws.queue.map(({ body }) => JSON.parse(body).sumu_continuation);
    expect(parts).toEqual([
      { attempt: 1, id: "n", sent_at: expect.any(Number), until: { index: 2_399 } },
      { attempt: 1, id: "n", sent_at: expect.any(Number), after: { index: 2_399 }, until: { index: 5_399 } },
      { attempt: 1, id: "n", sent_at: expect.any(Number), after: { index: 5_399 }, until: { index: 7_799 } },
      { attempt: 1, id: "n", sent_at: expect.any(Number), after: { index: 7_799 } },
    ]);
    await aws.drain({ functions: 4 });
    expect(frames).toHaveLength(9_998);
    expect(new Set(frames.map(([connection]) => connection)).size).toBe(9_998);
  });

  it("is delivered here when the channel is larger than the first read, but one page", async () => {
    const { aws, frames } = channelAws({ channels: { a: modern(4_000) }, settings });
    await aws.invoke([to(["a"])]);
    expect([frames.length, aws.queue]).toEqual([4_000, []]);
  });

  it("is delivered here where the queue takes no part", async () => {
    const { aws, frames } = channelAws({
      channels: { a: modern(3_000) },
      pageRows: 600,
      settings,
      sendFails: (queue) => queue === "notifications",
    });
    expect(await aws.invoke([to(["a"])])).toEqual(["done"]);
    expect(new Set(frames.map(([connection]) => connection)).size).toBe(3_000);
  });

  it("is handed over as a whole when the channel cannot be read", async () => {
    const { aws, frames } = channelAws({
      channels: { a: modern(3_000) },
      pageRows: 600,
      readFails: (_, reads) => (reads === 3 ? new Error("down") : undefined),
    });
    await aws.invoke([to(["a"])]);
    expect(aws.queue).toHaveLength(1);
    await aws.drain();
    expect(new Set(frames.map(([connection]) => connection)).size).toBe(3_000);
    expect(frames).toHaveLength(3_000);
  });

  it("goes on where a function ran out of time", async () => {
    const { aws, frames } = channelAws({ channels: { a: modern(20_000) }, pageRows: 2_000, latencyMs: 80 });
    await aws.invoke([to(["a"])], 10_000);
    await aws.drain({ functions: 2, remainingMs: 4_000 });
    expect(frames).toHaveLength(20_000);
    expect(new Set(frames.map(([connection]) => connection)).size).toBe(20_000);
    expect([aws.overruns, aws.deadLetters]).toEqual([[], []]);
  });

  it.each([
    [[], 4, [[undefined, undefined]]],
    [
      [1],
      4,
      [
        [undefined, 1],
        [1, undefined],
      ],
    ],
    [
      [1, 2, 3],
      2,
      [
        [undefined, 2],
        [2, undefined],
      ],
    ],
    [[1, 2, 3], 1, [[undefined, undefined]]],
    [
      [1, 2, 3, 4],
      3,
      [
        [undefined, 2],
        [2, 3],
        [3, undefined],
      ],
    ],
  ])("of pages that end at %j has at most %i parts: %j", (ends, most, expected) => {
    const parts = partsOf(
      ends.map((index) => ({ index })),
      most,
    );
    expect(parts.map(({ after, until }) => [after?.index, until?.index])).toEqual(expected);
  });
});

describe("a notification to a channel, while history is kept", () => {
  it("is written once, in the channel's stream, and read strongly consistently", async () => {
    const { aws, frames } = channelAws({ channels: { a: modern(2) }, historySeconds: 3_600 });
    await aws.invoke([posted(to(["a"], { except: { users: ["bob"] } }), "alice")]);
    const cursor = "1767225600000-i000000000";
    expect(aws.history).toMatchObject([
      { stream: "channel:a", cursor, id: "n", data: "1", channel: "a", from: "alice", except: ["bob"] },
    ]);
    expect(aws.consistentScans).toBe(1);
    const frame = { type: "notification", id: "n", cursor, channel: "a", from: "alice", data: 1 };
    expect(frames).toEqual([
      ["connection-0", frame],
      ["connection-1", frame],
    ]);
  });

  it("is written again, in the channel's stream, for a connection that is tried again and is still in it", async () => {
    const rows = modern(4);
    const { aws, frames } = channelAws({
      rows,
      channels: { a: rows },
      historySeconds: 3_600,
      answer: (connectionId, tries) =>
        connectionId === "connection-0" || tries > 12 ? (tries <= 12 ? 500 : 200) : 200,
    });
    await aws.invoke([to(["a"])]);
    await aws.drain();
    expect(new Set(aws.history.map(({ stream }) => stream))).toEqual(new Set(["channel:a"]));
    expect(frames.map(([connection]) => connection).sort()).toEqual(rows.map(({ connectionId }) => connectionId));
    const last = frames.find(([connection]) => connection === "connection-0")?.[1] as { cursor: string };
    expect(last.cursor).toBe(aws.history.at(-1)?.cursor);
  });

  it("is not tried again for a connection that has left the channel meanwhile", async () => {
    const rows = modern(2);
    const { aws, frames } = channelAws({
      rows,
      channels: { a: rows },
      historySeconds: 3_600,
      answer: (connectionId) => (connectionId === "connection-0" ? 500 : 200),
    });
    await aws.invoke([to(["a"])]);
    aws.unsubscribed.push("a connection-0");
    const tries = aws.posts.get("connection-0");
    await aws.drain();
    expect([frames.length, aws.posts.get("connection-0"), aws.deadLetters]).toEqual([1, tries, []]);
  });
});
