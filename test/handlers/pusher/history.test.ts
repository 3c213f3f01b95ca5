import type { PostResult } from "../../../handlers/aws/connections-api";
import type { ConnectionRow } from "../../../handlers/pusher/connection";
import { connections, SimulatedAws, type SimulatedAwsOptions } from "../../../support/simulated-aws";

const START = Date.UTC(2026, 0, 1);
const KIB_128 = 128 * 1024;

/** Two connections of protocol 2 for each user. */
const modern = (count: number, over: Partial<ConnectionRow> = {}) => connections(count, { protocol: 2, ...over });
const to = (users: readonly string[], over: object = {}) =>
  JSON.stringify({ notification: { to: { users }, id: "n", data: 1, ...over } });
const toEveryone = (over: object = {}) =>
  JSON.stringify({ notification: { to: "everyone", id: "n", data: 1, ...over } });

/** What was called, in order, and the frames of each connection. */
function historyAws(options: SimulatedAwsOptions) {
  const calls: string[] = [];
  const frames: { readonly to: string; readonly frame: unknown; readonly at: number }[] = [];
  const aws: SimulatedAws = new SimulatedAws({
    historySeconds: 3_600,
    onDelivered: (connectionId, data) =>
      frames.push({ to: connectionId, frame: JSON.parse(data), at: aws.clock.now() }),
    ...options,
    historyWrite: (streams) => {
      calls.push(`write ${streams}`);
      return options.historyWrite?.(streams) ?? {};
    },
    readMs: (user) => {
      calls.push(`read ${user ?? "everyone"}`);
      return options.readMs?.(user) ?? 10;
    },
  });
  return { aws, calls, frames, rows: () => aws.history.map(({ stream, cursor }) => [stream, timeOf(cursor)]) };
}

/** Milliseconds since the start. */
const timeOf = (cursor: string) => Number(cursor.slice(0, 13)) - START;
const letters = ({ deadLetters }: SimulatedAws) =>
  deadLetters.map(({ body, reason }) => [reason, JSON.parse(body).sumu_continuation?.connections ?? body]);

describe("a notification, while history is kept", () => {
  it("is written for users before their connections are read, for users who are offline too", async () => {
    const { aws, calls, frames } = historyAws({ rows: modern(2) });
    const data = '{"big": 12345678901234567890}';
    const request = `{"notification":{"to":{"users":["user-0","offline"]},"id":"n","data":${data}}}`;
    expect(await aws.invoke([request])).toEqual(["done"]);
    expect(calls).toEqual(["write user:user-0,user:offline", "read user-0", "read offline"]);
    const row = {
      cursor: "1767225600000-i000000000",
      id: "n",
      data,
      except: [],
      deleteAt: 1_767_225_600 + 3_600 + 7_500,
      writtenAt: START + 10,
    };
    expect(aws.history).toEqual([
      { stream: "user:user-0", ...row },
      { stream: "user:offline", ...row },
    ]);
    const frame = JSON.parse(`{"type":"notification","id":"n","cursor":"${row.cursor}","data":${data}}`);
    expect(frames.map(({ to: connection, frame: got }) => [connection, got])).toEqual([
      ["connection-0", frame],
      ["connection-1", frame],
    ]);
  });

  it("is written once for everyone, with the users who do not get it, and read strongly consistently", async () => {
    const { aws, calls, frames } = historyAws({ rows: modern(6) });
    await aws.invoke([toEveryone({ except: { users: ["user-1"] } })]);
    expect(calls).toEqual(["write everyone", "read everyone"]);
    expect(aws.history.map(({ stream, except }) => [stream, except])).toEqual([["everyone", ["user-1"]]]);
    expect([aws.consistentScans, frames.length]).toEqual([1, 4]);
  });

  it("has no cursor for a client of protocol 1, which gets what it gets without history", async () => {
    const { aws, frames } = historyAws({ rows: connections(2) });
    await aws.invoke([to(["user-0"])]);
    expect(frames.map(({ frame }) => frame)).toEqual([1, 1]);
    expect(aws.history).toHaveLength(1);
  });

  it("is neither written nor read at the higher price if the backend says keep: false", async () => {
    const { aws, calls, frames } = historyAws({ rows: modern(2) });
    await aws.invoke([toEveryone({ keep: false })]);
    expect([calls, aws.consistentScans]).toEqual([["read everyone"], 0]);
    expect(frames.map(({ frame }) => frame)).toEqual(Array(2).fill({ type: "notification", id: "n", data: 1 }));
  });

  it("is written in groups of 25, each while the users before it are read", async () => {
    const users = Array.from({ length: 60 }, (_, index) => `user-${index}`);
    const { aws, calls } = historyAws({ rows: modern(120), settings: { readConcurrency: 4 } });
    await aws.invoke([to(users)]);
    const writes = calls.flatMap((call, index) => (call.startsWith("write") ? [[index, call.split(",").length]] : []));
    expect(writes).toEqual([
      [0, 25],
      [1, 25],
      [26, 10],
    ]);
    expect(calls).toHaveLength(63);
  });

  it("has the same id and a new cursor when SQS hands it out again", async () => {
    const { aws, frames } = historyAws({ rows: modern(1) });
    await aws.invoke([JSON.stringify({ users: ["user-0"], data: 1 })]);
    await aws.invoke([JSON.stringify({ users: ["user-0"], data: 1 })]);
    expect(aws.history.map(({ id }) => id)).toEqual(["message-0", "message-0"]);
    expect(new Set(frames.map(({ frame }) => (frame as { cursor: string }).cursor)).size).toBe(2);
  });
});

describe("a notification that cannot be written", () => {
  it("is not sent, is tried again like a read that fails, and is at last a dead letter with DynamoDB's code", async () => {
    const failure = "ProvisionedThroughputExceededException";
    const { aws, calls, frames } = historyAws({ rows: modern(2), historyWrite: () => ({ failure }) });
    await aws.invoke([toEveryone()]);
    await aws.drain();
    expect([frames, calls]).toEqual([[], Array(10).fill("write everyone")]);
    expect(aws.deadLetters.map(({ reason }) => reason)).toEqual([failure]);
    expect(aws.log.filter(({ code }) => code === "history_failed")[0]?.fields).toEqual({
      messageId: "message-0",
      entries: 1,
      failure,
    });
    expect(aws.log.find(({ code }) => code === "pushed")?.fields).toMatchObject({ kept: 0, rewritten: 0, unkept: 1 });
  });

  it("keeps only its own users waiting", async () => {
    let writes = 0;
    const { aws, frames } = historyAws({
      rows: modern(4),
      historyWrite: (streams) =>
        streams.includes("user:user-1") && writes++ < 2 ? { failure: "InternalServerError" } : {},
      settings: { readConcurrency: 1 },
    });
    const users = ["user-0", ...Array.from({ length: 24 }, (_, index) => `offline-${index}`), "user-1"];
    await aws.invoke([to(users)]);
    expect(frames.map(({ to: connection }) => connection)).toEqual(["connection-0", "connection-1"]);
    expect(aws.queue.map(({ body }) => JSON.parse(body))).toEqual([
      { data: 1, sumu_continuation: expect.objectContaining({ attempt: 2, id: "n" }), users: ["user-1"] },
    ]);
    await aws.drain();
    expect(frames.map(({ to: connection }) => connection).slice(2)).toEqual(["connection-2", "connection-3"]);
  });

  it("waits without losing an attempt as long as the table takes some of its entries", async () => {
    const taken = new Map<number, number>();
    const users = Array.from({ length: 500 }, (_, index) => `user-${index}`);
    const { aws, frames } = historyAws({
      rows: modern(1_000),
      historyWrite: (streams) => {
        const second = Math.floor(aws.clock.now() / 1_000);
        const sum = (taken.get(second) ?? 0) + streams.length;
        if (sum > 50) return { failure: "ProvisionedThroughputExceededException" };
        taken.set(second, sum);
        return {};
      },
    });
    await aws.invoke([to(users)]);
    await aws.drain();
    expect([new Set(frames.map(({ to: connection }) => connection)).size, aws.deadLetters]).toEqual([1_000, []]);
  });

  it("is not written again at once if no later write can succeed", async () => {
    const { aws, calls } = historyAws({ rows: modern(2), historyWrite: () => ({ failure: "AccessDeniedException" }) });
    await aws.invoke([toEveryone()]);
    expect([calls, aws.queue.length]).toEqual([["write everyone"], 1]);
  });

  it("gets a new cursor if the write has not succeeded in 5 s", async () => {
    let writes = 0;
    const { aws, rows, frames } = historyAws({
      rows: modern(1),
      historyWrite: () => ({ ms: writes++ === 0 ? 30_000 : 10 }),
    });
    await aws.invoke([toEveryone()]);
    expect(rows()).toEqual([
      ["everyone", 0],
      ["everyone", 5_000],
    ]);
    expect(frames.map(({ frame }) => timeOf((frame as { cursor: string }).cursor))).toEqual([5_000]);
  });
});

describe("the rules of history", () => {
  /** The ages of the cursors when the frames arrived. */
  const ages = (frames: readonly { readonly frame: unknown; readonly at: number }[]) =>
    frames.map(({ frame, at }) => at - START - timeOf((frame as { cursor: string }).cursor));

  it("write the entry of a broadcast again, with the same id, before a page is read more than 4 s later", async () => {
    const { aws, rows, frames } = historyAws({
      rows: modern(60_000),
      pageRows: 2_000,
      settings: { deliveryConcurrency: 16, broadcastSegments: 1 },
    });
    await aws.invoke([toEveryone()]);
    await aws.drain();
    expect(new Set(frames.map(({ to: connection }) => connection)).size).toBe(60_000);
    expect(rows().map(([stream, at]) => [stream, Math.round(Number(at) / 1_000)])).toEqual([
      ["everyone", 0],
      ["everyone", 4],
      ["everyone", 9],
      ["everyone", 13],
      ["everyone", 18],
      ["everyone", 23],
      ["everyone", 28],
    ]);
    expect(new Set(aws.history.map(({ id }) => id))).toEqual(new Set(["n"]));
    expect(Math.max(...ages(frames))).toBeLessThanOrEqual(10_000);
    expect(aws.log.find(({ code }) => code === "pushed")?.fields).toMatchObject({ kept: 7, rewritten: 6, unkept: 0 });
  });

  it("read again what was read too slowly, with a new entry", async () => {
    let reads = 0;
    const { aws, calls, frames } = historyAws({ rows: modern(2), readMs: () => (reads++ === 0 ? 6_000 : 10) });
    await aws.invoke([toEveryone()]);
    expect(calls).toEqual(["write everyone", "read everyone", "write everyone", "read everyone"]);
    expect(ages(frames)).toEqual([28, 28]);
  });

  const ids = (rows: readonly ConnectionRow[]) => rows.map(({ connectionId }) => connectionId).sort();

  it("read a page again while it is posted to slowly, and post to no connection twice", async () => {
    const { aws, calls, frames, rows } = historyAws({
      rows: modern(3_000),
      pageRows: 3_000,
      latencyMs: 100,
      settings: { deliveryConcurrency: 32, broadcastSegments: 1 },
    });
    await aws.invoke([toEveryone()]);
    expect(frames.map(({ to: connection }) => connection).sort()).toEqual(ids(modern(3_000)));
    expect(Math.max(...ages(frames))).toBeLessThanOrEqual(10_000);
    expect(rows().map(([stream]) => stream)).toEqual(["everyone", "everyone"]);
    // The page is read three times, and the empty page after it once.
    expect(calls.filter((call) => call === "read everyone")).toHaveLength(4);
  });

  it("notify the users of connections again that are not posted to in 5 s, because posts are suddenly slow", async () => {
    const { aws, frames, rows } = historyAws({
      rows: modern(6_000),
      pageRows: 6_000,
      postMs: () => (aws.clock.now() < START + 1_000 || aws.clock.now() > START + 15_000 ? 8 : 1_000),
      settings: { deliveryConcurrency: 16, broadcastSegments: 1 },
    });
    await aws.invoke([toEveryone()]);
    expect(frames.map(({ to: connection }) => connection).sort()).toEqual(ids(modern(6_000)));
    expect(Math.max(...ages(frames))).toBeLessThanOrEqual(10_000);
    const own = rows().filter(([stream]) => stream !== "everyone");
    expect(own).toHaveLength(856);
    expect([aws.queue, aws.deadLetters]).toEqual([[], []]);
  });

  it("let connections of protocol 1 wait as long as they do without history", async () => {
    const { aws, rows } = historyAws({
      rows: connections(3_000),
      pageRows: 3_000,
      latencyMs: 100,
      settings: { deliveryConcurrency: 32, broadcastSegments: 1 },
    });
    await aws.invoke([toEveryone()]);
    // The second entry is for the next page, which is empty.
    expect(rows()).toEqual([
      ["everyone", 0],
      ["everyone", 7_220],
    ]);
    expect(aws.clock.now() - START).toBe(10 + 10 + Math.ceil(3_000 / 32) * 100);
  });

  it("make a retry a new notification to the user: entry, read, post to what has not got it", async () => {
    const rows = modern(2);
    const { aws, calls, frames } = historyAws({
      rows,
      answer: (id) => (id === "connection-0" && aws.clock.now() < START + 5_000 ? 500 : 200),
    });
    await aws.invoke([toEveryone()], 2_000);
    expect(aws.queue.map(({ body }) => JSON.parse(body))).toEqual([
      {
        data: 1,
        sumu_continuation: {
          attempt: 2,
          id: "n",
          sent_at: START,
          read_at: START + 10,
          protocol: 2,
          connections: [["user-0", "connection-0", START - 3_600_000]],
        },
      },
    ]);
    // The user has a third device by then.
    rows.push({ ...(rows[0] as ConnectionRow), connectionId: "new", connectedAt: START + 1_000 });
    rows.push({
      ...(rows[0] as ConnectionRow),
      connectionId: "new but old",
      connectedAt: START + 1_000,
      protocol: undefined,
    });
    calls.length = 0;
    await aws.drain();
    expect(calls).toEqual(["write user:user-0", "read user-0"]);
    expect(frames.map(({ to: connection }) => connection)).toEqual(["connection-1", "connection-0", "new"]);
    expect(Math.max(...ages(frames))).toBeLessThan(100);
  });

  it("leave the retry of a connection of protocol 1 as it is without history", async () => {
    const { aws, calls, frames } = historyAws({
      rows: connections(1),
      answer: () => (aws.clock.now() < START + 5_000 ? 500 : 200),
    });
    await aws.invoke([toEveryone()], 2_000);
    calls.length = 0;
    await aws.drain();
    expect([calls, frames.length]).toEqual([[], 1]);
  });
});

describe("the last attempt of a connection whose client recovers", () => {
  const failing = (closeAnswer: (connectionId: string) => PostResult, over: Partial<SimulatedAwsOptions> = {}) =>
    historyAws({ rows: modern(20), answer: (id) => (id === "connection-0" ? 500 : 200), closeAnswer, ...over });

  it("leaves it to history: the entry is written, then the connection is closed, and there is no dead letter", async () => {
    const { aws, rows } = failing(() => 204);
    await aws.invoke([toEveryone()]);
    await aws.drain();
    // One entry for each of four retries, and the last entry.
    expect(rows().map(([stream]) => stream)).toEqual(["everyone", ...Array(5).fill("user:user-0")]);
    expect([aws.closes, aws.deadLetters]).toEqual([["connection-0"], []]);
    expect(aws.log.filter(({ code }) => code === "left_to_history")).toEqual([
      {
        level: "warn",
        code: "left_to_history",
        fields: { messageId: "continuation-5-0", connectionId: "connection-0", reason: "server_error" },
      },
    ]);
  });

  it("makes a dead letter, too, if the connection cannot be closed, or its entry cannot be written", async () => {
    const unclosed = failing(() => 500);
    await unclosed.aws.invoke([toEveryone()]);
    await unclosed.aws.drain();
    const letter = ["server_error", [["user-0", "connection-0", START - 3_600_000]]];
    expect(letters(unclosed.aws)).toEqual([letter]);

    let own = 0;
    const unwritten = failing(() => 204, {
      historyWrite: (streams) => (streams[0] === "user:user-0" && ++own === 5 ? { failure: "AccessDenied" } : {}),
    });
    await unwritten.aws.invoke([toEveryone()]);
    await unwritten.aws.drain();
    expect([letters(unwritten.aws), unwritten.aws.closes]).toEqual([[letter], []]);
  });

  it("comes after the second refusal if others accept their messages, and the client recovers", async () => {
    const { aws, rows } = historyAws({ rows: modern(20), answer: (id) => (id === "connection-0" ? 429 : 200) });
    await aws.invoke([toEveryone()]);
    await aws.drain();
    expect(aws.posts.get("connection-0")).toBe(2);
    expect(rows().map(([stream]) => stream)).toEqual(["everyone", "user:user-0", "user:user-0"]);
    expect([aws.closes, aws.deadLetters]).toEqual([["connection-0"], []]);
    expect(aws.log.find(({ code }) => code === "left_to_history")?.fields?.reason).toBe("slow_consumer");
  });

  describe("in a long broadcast, whose last entry comes a minute after the connection's row was read", () => {
    /** The clients of ten connections do not read. One of the clients comes back after 30 s. */
    const comesBack = ({
      closeAnswer = () => 204,
      backAnswer = 200,
      over = {},
    }: {
      readonly closeAnswer?: (connectionId: string) => PostResult;
      readonly backAnswer?: PostResult;
      readonly over?: Partial<ConnectionRow>;
    }) => {
      const all = modern(3_000);
      const slow = all.slice(100, 120).flatMap(({ connectionId }, index) => (index % 2 === 0 ? [connectionId] : []));
      const back = { ...(all[100] as ConnectionRow), connectionId: "back", connectedAt: START + 30_000, ...over };
      const world = historyAws({
        rows: [...all.slice(0, 101), back, ...all.slice(101)],
        isPresent: ({ connectionId }) => connectionId !== "back" || world.aws.clock.now() >= START + 30_000,
        answer: (id) => (id === "back" ? backAnswer : slow.includes(id) ? 429 : 200),
        closeAnswer,
        latencyMs: 100,
        pageRows: 500,
        settings: { deliveryConcurrency: 4, broadcastSegments: 1 },
      });
      return world;
    };

    it.each([204, 410] as const)(
      "posts to the connection that the client has opened meanwhile, too, if the close says %d",
      async (status) => {
        const { aws, rows, frames } = comesBack({
          closeAnswer: (id) => (id === "connection-100" ? status : 204),
        });
        await aws.invoke([toEveryone()]);
        const [entry, ...more] = rows().filter(([stream]) => stream === "user:user-50");
        expect([more, Number(entry?.[1]) > 60_000]).toEqual([[], true]);
        const cursors = frames.flatMap(({ to: connection, frame }) =>
          connection === "back" ? [timeOf((frame as { cursor: string }).cursor)] : [],
        );
        expect(cursors).toEqual([entry?.[1]]);
        expect(aws.closes.filter((id) => ["connection-100", "back"].includes(id))).toEqual(["connection-100"]);
        expect(aws.deadLetters).toEqual([]);
      },
    );

    it("closes that connection, too, if it does not take the notification", async () => {
      const { aws } = comesBack({ backAnswer: 429 });
      await aws.invoke([toEveryone()]);
      expect(aws.closes.filter((id) => ["connection-100", "back"].includes(id))).toEqual(["connection-100", "back"]);
      expect(aws.deadLetters).toEqual([]);
    });

    it("makes a dead letter if that connection cannot be closed, either", async () => {
      const { aws } = comesBack({ backAnswer: 500, closeAnswer: (id) => (id === "back" ? 500 : 204) });
      await aws.invoke([toEveryone()]);
      expect(letters(aws)).toEqual([["slow_consumer", [["user-50", "connection-100", START - 3_600_000]]]]);
    });

    it("does nothing about it if it has gone again: its client recovers after the entry", async () => {
      const { aws } = comesBack({ backAnswer: 410 });
      await aws.invoke([toEveryone()]);
      expect(aws.closes).not.toContain("back");
      expect(aws.deadLetters).toEqual([]);
    });

    it("leaves a client of protocol 1 alone, which recovers nothing", async () => {
      const { aws } = comesBack({ over: { protocol: undefined } });
      await aws.invoke([toEveryone()]);
      expect(aws.closes).toContain("connection-100");
      expect([aws.closes.includes("back"), aws.posts.get("back")]).toEqual([false, undefined]);
    });
  });

  it("closes nothing while the account throttles", async () => {
    const { aws } = historyAws({ rows: modern(200), answer: (_, tries) => (tries % 3 === 0 ? 200 : 429) });
    await aws.invoke([toEveryone()]);
    await aws.drain();
    expect([aws.closes, aws.deadLetters, aws.deliveries.size]).toEqual([[], [], 200]);
  });
});

describe("the size of a notification, while history is kept", () => {
  const LARGEST = `{"type":"notification","id":"n","cursor":"${"0".repeat(13)}-${"x".repeat(32)}","recovered":true,"data":}`;
  const data = (bytes: number) => "x".repeat(bytes - 2);

  it("is limited by the frame that a recovery sends", async () => {
    const { aws, frames } = historyAws({ rows: modern(1) });
    const room = KIB_128 - LARGEST.length;
    await aws.invoke([toEveryone({ data: data(room) }), toEveryone({ data: data(room + 1) })]);
    expect(letters(aws).map(([reason]) => reason)).toEqual(["payload_too_large"]);
    expect([frames.length, aws.history.length]).toEqual([1, 1]);
  });

  it("is what it is without history if the backend says keep: false", async () => {
    const { aws, frames } = historyAws({ rows: modern(1) });
    const room = KIB_128 - '{"type":"notification","id":"n","data":}'.length;
    await aws.invoke([toEveryone({ data: data(room), keep: false })]);
    expect([frames.length, aws.deadLetters, aws.history.length]).toEqual([1, [], 0]);
  });

  it("keeps no client of protocol 1 from a request of the old form, which is then not kept", async () => {
    const rows = [...connections(1), ...modern(2).slice(1)];
    const { aws, frames } = historyAws({ rows });
    await aws.invoke([JSON.stringify({ data: data(KIB_128) })]);
    expect(frames.map(({ to: connection }) => connection)).toEqual(["connection-0"]);
    expect(letters(aws)).toEqual([["payload_too_large", [["user-0", "connection-1", START - 3_600_000]]]]);
    expect([aws.history, aws.closes]).toEqual([[], []]);
  });
});
