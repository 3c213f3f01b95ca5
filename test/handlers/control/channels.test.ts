import fc from "fast-check";
import { AwsError } from "../../../handlers/aws/aws-error";
import { cursorAt } from "../../../src/contract/history";
import { seededRandom } from "../../../support/seeded-random";
import { ChannelClient } from "./support/channel-client";
import { NOW } from "./support/client";

/** Texts that look like channels to somebody, and that no pattern allows. */
const HOSTILE = [
  "*",
  "room:*",
  "room:42*",
  "room:42 ",
  " room:42",
  "room:42\n",
  "room 42",
  "room;42",
  "room/42",
  "rооm:42", // Cyrillic о
  "zimmer:ü",
  "room:42\u0000",
  `room:${"n".repeat(124)}`, // 129 characters
  "",
];

describe("subscribe", () => {
  it("joins the channels that a claim or a public pattern allows, and refuses each other one with its reason", async () => {
    const client = new ChannelClient();
    await client.send("subscribe", { channels: ["room:42", "public:news", "secret", "lobby", "lobby2"] });
    expect(client.answer).toEqual({
      type: "subscribed",
      id: "1",
      channels: ["room:42", "public:news", "lobby"],
      refused: [
        { channel: "secret", reason: "not_allowed" },
        { channel: "lobby2", reason: "not_allowed" },
      ],
      cursor: expect.any(String),
    });
    expect(client.channelsOf()).toEqual(["lobby", "public:news", "room:42"]);
    expect([client.counts.Subscribed, client.counts.ChannelsRefused]).toEqual([3, 2]);
  });

  it.each(HOSTILE)("does not join %j, and asks no table about it", async (channel) => {
    const client = new ChannelClient();
    client.publicPatterns = ["room:*"];
    await client.send("subscribe", { channels: [channel] }, { grants: "* room:* room:42*;*" });
    expect(client.answer).toMatchObject({ channels: [], refused: [{ channel, reason: "invalid_name" }] });
    expect([client.calls, client.channelsOf()]).toEqual([[], []]);
  });

  it.each(["channel:room:42", "user:alice", "everyone", "room:42"])(
    "does not join %j, which is another table's key or another user's room, without a right",
    async (channel) => {
      const client = new ChannelClient();
      await client.send("subscribe", { channels: [channel] }, { grants: undefined });
      expect(client.answer).toMatchObject({ channels: [], refused: [{ channel, reason: "not_allowed" }] });
      expect(client.calls).toEqual([]);
    },
  );

  it("takes no rights from the frame", async () => {
    const client = new ChannelClient();
    const forged = { grants: "*;*", user_id: "root", publicPatterns: ["*"], channels: ["secret"] };
    await client.send("subscribe", forged, { grants: undefined });
    expect(client.answer).toMatchObject({ channels: [], refused: [{ channel: "secret", reason: "not_allowed" }] });
  });

  it("gives a connection that is gone no subscription, and no answer", async () => {
    const client = new ChannelClient();
    client.isConnected = false;
    expect(await client.send("subscribe", { channels: ["room:42"] })).toEqual({ outcome: "gone" });
    expect([client.rows.size, client.frames]).toEqual([0, []]);
  });

  it("lets a connection be in so many channels, and always in those that it is in", async () => {
    const client = new ChannelClient();
    client.maxPerConnection = 3;
    await client.send("subscribe", { channels: ["room:1", "room:2"] });
    await client.send("subscribe", { channels: ["room:2", "room:3", "room:4"] });
    expect(client.answer).toMatchObject({
      channels: ["room:2", "room:3"],
      refused: [{ channel: "room:4", reason: "too_many_channels" }],
    });
    await client.send("unsubscribe", { channels: ["room:1"] });
    await client.send("subscribe", { channels: ["room:4"] });
    expect(client.channelsOf()).toEqual(["room:2", "room:3", "room:4"]);
  });

  it.each([
    [{}],
    [{ channels: [] }],
    [{ channels: "room:42" }],
    [{ channels: [42] }],
    [{ channels: [null] }],
    [{ channels: Array.from({ length: 101 }, (_, index) => `room:${index}`) }],
    [{ channels: ["room:42"], after: "yesterday" }],
    [{ channels: ["room:42"], id: undefined }],
  ])("refuses a frame that is malformed: %j", async (members) => {
    const client = new ChannelClient();
    await client.send("subscribe", members);
    expect(client.answer).toMatchObject({ type: "refused", action: "subscribe", reason: "malformed" });
    expect(client.calls).toEqual([]);
  });

  it.each(["subscribe", "unsubscribe", "post"] as const)("refuses %s where there are no channels", async (action) => {
    const client = new ChannelClient();
    client.hasChannels = false;
    await client.send(action, { channels: ["room:42"], channel: "room:42", data: 1 });
    expect(client.answer).toMatchObject({ type: "refused", action, reason: "no_channels" });
  });

  it("bounds the frames of one connection, and harms no other", async () => {
    const client = new ChannelClient();
    const outcomes: string[] = [];
    for (let index = 0; index < 60; index++) {
      outcomes.push((await client.begin("subscribe", { channels: ["secret"] })).outcome);
    }
    expect(outcomes.filter((outcome) => outcome === "answered")).toHaveLength(30);
    expect(outcomes.filter((outcome) => outcome === "refused")).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === "dropped")).toHaveLength(29);
    const other = await client.begin("subscribe", { channels: ["secret"] }, { connectionId: "c2" });
    expect(other.outcome).toBe("answered");
  });
});

describe("subscribe … after", () => {
  function keep(client: ChannelClient, channel: string, id: string, secondsAgo: number, more: object = {}): string {
    const cursor = cursorAt(NOW - secondsAgo * 1_000, id.replace(/[^0-9A-Za-z]/g, ""));
    const stream = `channel:${channel}`;
    client.history.set(stream, [
      ...(client.history.get(stream) ?? []),
      { cursor, id, data: `"${id}"`, channel, ...more },
    ]);
    return cursor;
  }

  it("sends what was missed in the channels first, in the order of the cursors, each once, and then the answer", async () => {
    const client = new ChannelClient();
    keep(client, "room:1", "too-old", 60);
    const seen = keep(client, "room:1", "seen", 40);
    keep(client, "room:1", "a", 30, { from: "bob" });
    keep(client, "room:2", "b", 25);
    keep(client, "room:1", "a", 22, { from: "bob" });
    keep(client, "room:2", "a", 20);
    keep(client, "room:2", "not-for-alice", 15, { except: new Set(["alice"]) });
    keep(client, "secret", "secret", 10);
    await client.send("subscribe", { channels: ["room:1", "room:2", "secret"], after: seen });
    expect(
      client.frames.slice(0, -1).map(({ id, channel, from, recovered }) => [id, channel, from, recovered]),
    ).toEqual([
      ["seen", "room:1", undefined, true],
      ["a", "room:1", "bob", true],
      ["b", "room:2", undefined, true],
      ["a", "room:2", undefined, true],
    ]);
    expect(client.answer).toMatchObject({
      type: "subscribed",
      channels: ["room:1", "room:2"],
      refused: [{ channel: "secret", reason: "not_allowed" }],
      complete: true,
    });
  });

  it("tells of a gap when the cursor is older than what is kept, or when no history is kept", async () => {
    const client = new ChannelClient();
    const old = cursorAt(NOW - 24 * 3_600_000, "x");
    await client.send("subscribe", { channels: ["room:1"], after: old });
    expect(client.answer).toMatchObject({ channels: ["room:1"], complete: false, gap: true });
    client.hasHistory = false;
    await client.send("subscribe", { channels: ["room:1"], after: old });
    expect(client.answer).toEqual({
      type: "subscribed",
      id: "1",
      channels: ["room:1"],
      refused: [],
      complete: false,
      gap: true,
    });
  });

  it("goes on with `more` where one answer did not take all", async () => {
    const client = new ChannelClient();
    for (let index = 0; index < 1_001; index++) {
      keep(client, "room:1", `n${String(index).padStart(4, "0")}`, 100 - index * 0.05);
    }
    await client.send("subscribe", { channels: ["room:1"], after: "0" });
    const { cursor, more, complete } = client.answer ?? {};
    expect([client.frames.length, more, complete]).toEqual([1_001, true, false]);
    await client.send("subscribe", { channels: ["room:1"], after: cursor, more: true });
    expect([client.frames.length, client.answer?.complete]).toEqual([1_003, true]);
  });
});

describe("a client that floods subscribe … after", () => {
  function clientWithHistory(): ChannelClient {
    const client = new ChannelClient();
    client.postMs = 10;
    const stream = (channel: string) =>
      Array.from({ length: 100 }, (_, index) => ({
        cursor: cursorAt(NOW - 50_000, String(index).padStart(3, "0")),
        id: `n${index}`,
        data: "1",
        channel,
      }));
    for (let room = 0; room < 60; room++) client.history.set(`channel:room:${room}`, stream(`room:${room}`));
    return client;
  }

  it("gets the history by four frames at a time in all functions together; the others are refused, and join nothing", async () => {
    const client = clientWithHistory();
    const functions = [client, ...Array.from({ length: 19 }, () => new ChannelClient(client))];
    for (const one of functions) one.postMs = 10;
    const outcomes = await client.clock.drive(
      Promise.all(functions.map((one, room) => one.begin("subscribe", { channels: [`room:${room}`], after: "0" }))),
    );
    const count = (wanted: string) => outcomes.filter(({ outcome }) => outcome === wanted).length;
    expect([count("answered"), count("refused")]).toEqual([4, 16]);
    expect(outcomes.filter(({ reason }) => reason === "too_many_requests")).toHaveLength(16);
    expect(functions.flatMap(({ frames }) => frames).filter(({ type }) => type === "notification")).toHaveLength(400);
    expect(client.channelsOf()).toHaveLength(4);
    // They are free again, for each function.
    expect(await functions[9]?.send("subscribe", { channels: ["room:50"], after: "0" })).toMatchObject({
      outcome: "answered",
      fields: { sent: 100 },
    });
  });

  it("takes nothing from its recovery, from what it joins without `after`, and from other connections", async () => {
    const client = clientWithHistory();
    const frames = [0, 1, 2, 3, 4, 5].map((room) =>
      client.begin("subscribe", { channels: [`room:${room}`], after: "0" }),
    );
    await client.clock.drive(client.clock.sleep(50));
    const [joined, recovered, other] = await client.clock.drive(
      Promise.all([
        client.begin("subscribe", { channels: ["room:7"] }),
        client.begin("recover", { after: cursorAt(NOW - 1_000, "0") }),
        client.begin("subscribe", { channels: ["room:8"], after: "0" }, { connectionId: "c2" }),
      ]),
    );
    expect([joined, recovered, other].map((one) => one?.outcome)).toEqual(["answered", "answered", "answered"]);
    const outcomes = (await client.clock.drive(Promise.all(frames))).map(({ outcome }) => outcome);
    expect(outcomes).toEqual(["answered", "answered", "answered", "answered", "refused", "refused"]);
  });

  it("that SQS delivers twice is answered once while it is handled, and alike afterwards", async () => {
    const client = clientWithHistory();
    const other = new ChannelClient(client);
    const facts = { requestId: "the same", timestamp: NOW };
    const members = { channels: ["room:1"], after: "0" };
    const begun = client.begin("subscribe", members, facts);
    await client.clock.drive(client.clock.sleep(50));
    expect(await client.clock.drive(other.begin("subscribe", members, facts))).toEqual({ outcome: "repeated" });
    await client.clock.drive(begun);
    expect(other.frames).toEqual([]);
    expect(await other.send("subscribe", members, facts)).toMatchObject({ outcome: "answered", fields: { sent: 100 } });
    expect(other.answer).toEqual({ ...client.answer, cursor: expect.any(String) });
  });
});

describe("unsubscribe", () => {
  it("leaves the channels, whether the user may be in them or not, and names all of them", async () => {
    const client = new ChannelClient();
    await client.send("subscribe", { channels: ["room:1", "room:2"] });
    await client.send("unsubscribe", { channels: ["room:1", "room:9", "secret", "no name"] }, { grants: undefined });
    expect(client.answer).toEqual({
      type: "unsubscribed",
      id: "1",
      channels: ["room:1", "room:9", "secret", "no name"],
    });
    expect(client.channelsOf()).toEqual(["room:2"]);
    expect(client.calls.filter((call) => call.startsWith("leave"))).toEqual([
      "leave room:1",
      "leave room:9",
      "leave secret",
    ]);
  });

  it("leaves no row in a channel that its user may not join, so that nobody fills the channels of others", async () => {
    const client = new ChannelClient();
    await client.send("unsubscribe", { channels: ["secret", "room:1", "public:news"] });
    expect([...client.rows.keys()]).toEqual(["room:1 c1", "public:news c1"]);
  });

  it("is told nothing when its connection is gone", async () => {
    const client = new ChannelClient();
    client.isConnected = false;
    expect(await client.send("unsubscribe", { channels: ["room:1"] })).toEqual({ outcome: "gone" });
    expect(client.rows.size).toBe(0);
  });
});

describe("frames that overtake each other", () => {
  it("end in the state of the last frame of the client, in 1,000 random interleavings", async () => {
    const frame = fc.record({
      isJoin: fc.boolean(),
      channel: fc.constantFrom("room:1", "room:2", "room:3"),
      /** Milliseconds after the frame before it. */
      gap: fc.integer({ min: 0, max: 4 }),
      isTwice: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(frame, { minLength: 1, maxLength: 12 }), fc.nat(), async (frames, seed) => {
        const random = seededRandom(seed);
        const client = new ChannelClient();
        client.callMs = () => Math.floor(random() * 50);
        let timestamp = NOW;
        const sent = frames.map((each) => {
          timestamp += each.gap;
          return { ...each, timestamp };
        });
        // SQS delivers in any order, and some messages twice.
        const delivered = sent
          .flatMap((each) => (each.isTwice ? [each, each] : [each]))
          .map((each) => ({ ...each, at: Math.floor(random() * 100) }));
        await client.clock.drive(
          Promise.all(
            delivered.map(async ({ at, isJoin, channel, timestamp: sentAt }) => {
              await client.clock.sleep(at);
              await client.begin(isJoin ? "subscribe" : "unsubscribe", { channels: [channel] }, { timestamp: sentAt });
            }),
          ),
        );
        const expected = ["room:1", "room:2", "room:3"].filter((channel) => {
          const own = sent.filter((each) => each.channel === channel);
          const last = Math.max(...own.map((each) => each.timestamp));
          // Of two frames of the same millisecond, the one that joins decides.
          return own.some((each) => each.timestamp === last && each.isJoin);
        });
        expect(client.channelsOf()).toEqual(expected);
      }),
      { numRuns: 1_000, seed: 19 },
    );
  });

  it("name a channel in neither list if a later frame has decided about it", async () => {
    const client = new ChannelClient();
    await client.send("unsubscribe", { channels: ["room:1"] }, { timestamp: NOW + 10 });
    await client.send("subscribe", { channels: ["room:1", "room:2"] }, { timestamp: NOW });
    expect(client.answer).toMatchObject({ channels: ["room:2"], refused: [] });
    expect(client.channelsOf()).toEqual(["room:2"]);
  });
});

describe("post", () => {
  it("sends a notification from the connection's user, letter for letter, with the id of the frame's request", async () => {
    const client = new ChannelClient();
    const body = '{"action":"post","id":"4","channel":"room:42","from":"mallory","data": {"n": 12345678901234567890}}';
    await client.send("post", body, { requestId: "J6x7eGbqIAMFwyg=" });
    expect(client.posts).toEqual([
      { id: "J6x7eGbqIAMFwyg=", channel: "room:42", from: "alice", data: '{"n": 12345678901234567890}' },
    ]);
    expect(client.answer).toEqual({ type: "posted", id: "4", notification: "J6x7eGbqIAMFwyg=" });
    expect([client.calls, client.counts.Posted]).toEqual([[], 1]);
  });

  it("gives a post with a key the same id each time that the user sends it, over any connection, and nobody else that id", async () => {
    const sent = { channel: "room:42", data: 1, key: "a" };
    const idOf = async (members: object, more: object = {}): Promise<string | undefined> => {
      const client = new ChannelClient();
      await client.send("post", { ...sent, ...members }, more);
      expect(client.answer).toMatchObject({ type: "posted", notification: client.posts[0]?.id });
      return client.posts[0]?.id;
    };
    const id = await idOf({});
    expect(id).toMatch(/^[\w-]{43}$/);
    expect(await idOf({ id: "9" }, { requestId: "other", connectionId: "other" })).toBe(id);
    const others = [
      await idOf({}, { userId: "bob" }),
      await idOf({ key: "b" }),
      await idOf({ channel: "room:42", key: id }),
    ];
    expect(new Set([id, ...others]).size).toBe(4);
  });

  it.each(["", 1, null, "x".repeat(65), {}])("refuses the key %j as malformed", async (key) => {
    const client = new ChannelClient();
    await client.send("post", { channel: "room:42", data: 1, key });
    expect([client.answer, client.posts]).toMatchObject([{ type: "refused", reason: "malformed" }, []]);
  });

  it.each(["room:43", "lobby", "public:news", "*", "room:42*", "room:4", "room:42 ", "zimmer:ü"])(
    "does not post to %j, which no claim allows, though the user may be in it",
    async (channel) => {
      const client = new ChannelClient();
      await client.send("post", { channel, data: 1 });
      expect(client.answer).toMatchObject({ type: "refused", action: "post", reason: "not_allowed" });
      expect(client.posts).toEqual([]);
    },
  );

  it.each([[{ data: 1 }], [{ channel: 42, data: 1 }], [{ channel: "room:42" }]])(
    "refuses %j as malformed",
    async (members) => {
      const client = new ChannelClient();
      await client.send("post", members);
      expect(client.answer).toMatchObject({ type: "refused", reason: "malformed" });
    },
  );

  it("posts null, but nothing that would be too large for a frame from history", async () => {
    const client = new ChannelClient();
    await client.send("post", { channel: "room:42", data: null });
    expect(client.posts).toMatchObject([{ data: "null" }]);
    await client.send("post", { channel: "room:42", data: "x".repeat(128 * 1024 - 150) });
    expect(client.answer).toMatchObject({ type: "refused", reason: "too_large" });
    await client.send("post", { channel: "room:42", data: "x".repeat(128 * 1024 - 300) });
    expect([client.answer?.type, client.posts.length]).toEqual(["posted", 2]);
  });

  it("asks the client to send it again when the queue does not take it", async () => {
    const client = new ChannelClient();
    client.postFails = new AwsError("sqs", "SendMessage", "ServiceUnavailable", 503);
    expect(await client.send("post", { channel: "room:42", data: 1 })).toMatchObject({ reason: "unavailable" });
    expect(client.answer).toMatchObject({ type: "refused", reason: "unavailable" });
  });

  it("is bounded for one connection", async () => {
    const client = new ChannelClient();
    for (let index = 0; index < 80; index++) await client.begin("post", { channel: "room:42", data: 1 });
    expect(client.posts).toHaveLength(50);
  });
});
