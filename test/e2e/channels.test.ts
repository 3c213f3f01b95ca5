import { randomUUID } from "node:crypto";
import { QueryCommand } from "@aws-sdk/client-dynamodb";
import { type LocalStack, startLocalStack } from "../../local/local-stack";
import { describeWithLocalAws, INSTALL_TIMEOUT_MILLISECONDS } from "../support/local-aws";
import type { Client } from "./client";
import { localTarget } from "./local-target";
import { Session } from "./session";
import { until } from "./until";

jest.setTimeout(120_000);

type Frame = Readonly<Record<string, unknown>>;

describeWithLocalAws("channels", () => {
  let stack: LocalStack;
  let session: Session;
  beforeAll(async () => {
    stack = await startLocalStack({ presenceSource: "topic", inputs: { history_seconds: 3_600 } });
    session = await Session.open(localTarget(stack, "topic"));
  }, INSTALL_TIMEOUT_MILLISECONDS);
  afterAll(async () => {
    await session?.close();
    await stack?.stop();
  });
  afterEach(() => session.closeClients());

  let ids = 0;
  /** Sends a control frame, and waits for the function's answer to it. */
  async function ask(client: Client, frame: object): Promise<Frame> {
    const id = String(++ids);
    client.send(JSON.stringify({ id, ...frame }));
    const isAnswer = (text: string) => {
      const { type, id: answered } = JSON.parse(text) as Frame;
      return answered === id && type !== "notification";
    };
    return JSON.parse(await client.frame(isAnswer, 30_000)) as Frame;
  }

  const notifications = (client: Client): Frame[] =>
    client.frames.map((text) => JSON.parse(text) as Frame).filter(({ type }) => type === "notification");

  /** The connections that are in a channel, by the table. */
  async function members(channel: string): Promise<string[]> {
    const { Items = [] } = await stack.aws.dynamodb.send(
      new QueryCommand({
        TableName: "local-sumu-subscriptions",
        KeyConditionExpression: "channel = :channel",
        ExpressionAttributeValues: { ":channel": { S: channel } },
        ConsistentRead: true,
      }),
    );
    return Items.filter(({ unsubscribed }) => unsubscribed?.BOOL !== true).map(({ user_id }) => user_id?.S ?? "");
  }

  it("carry posts of users to those who are in them, with the sender, and refuse a user whose token does not allow it", async () => {
    const room = `room:${randomUUID()}`;
    const names = { alice: session.user("alice"), bob: session.user("bob"), mallory: session.user("mallory") };
    const alice = await session.connect(names.alice, "2");
    const bob = await session.connect(names.bob, "2");
    const mallory = await session.connectWith(
      await stack.issuer.mint(names.mallory, { claims: { subscribe: ["room:other"], post: [] } }),
      "2",
    );
    for (const client of [alice, bob]) {
      expect(await ask(client, { action: "subscribe", channels: [room] })).toMatchObject({
        channels: [room],
        refused: [],
      });
    }
    expect(await ask(mallory, { action: "subscribe", channels: [room, "public:news"] })).toMatchObject({
      type: "subscribed",
      channels: ["public:news"],
      refused: [{ channel: room, reason: "not_allowed" }],
    });
    expect(await ask(mallory, { action: "post", channel: room, data: "let me in" })).toMatchObject({
      type: "refused",
      reason: "not_allowed",
    });

    const data = { text: "hello", from: "somebody else" };
    const posted = await ask(alice, { action: "post", channel: room, from: names.bob, data });
    expect(posted).toMatchObject({ type: "posted", notification: expect.any(String) });
    await until("the post", () => notifications(bob).length > 0 && notifications(alice).length > 0);
    const expected = {
      type: "notification",
      id: posted.notification,
      cursor: expect.any(String),
      channel: room,
      from: names.alice,
      data,
    };
    expect(notifications(bob)).toEqual([expected]);
    expect(notifications(alice)).toEqual([expected]);

    await session.notify("queue", {
      notification: { to: { channels: [room] }, except: { users: [names.bob] }, data: 2 },
    });
    await session.notify("topic", { notification: { to: { channels: [room, "public:news"] }, data: 3 } });
    await until("the backend's", () => notifications(bob).length === 2 && notifications(alice).length === 3);
    await until("the public channel's", () => notifications(mallory).length === 1);
    expect(notifications(bob)[1]).toMatchObject({ channel: room, data: 3 });
    expect(notifications(alice)[2]).not.toHaveProperty("from");
    expect(notifications(mallory)[0]).toMatchObject({ channel: "public:news", data: 3 });
  });

  it("send a client that was away what it missed, once and in order, before the answer", async () => {
    const room = `room:${randomUUID()}`;
    const user = session.user("away");
    const first = await session.connect(user, "2");
    await ask(first, { action: "subscribe", channels: [room] });
    const friend = await session.connect(session.user("friend"), "2");
    const seen = await ask(friend, { action: "post", channel: room, data: "seen" });
    await until("the first post", () => notifications(first).length === 1);
    const cursor = notifications(first)[0]?.cursor;
    await first.close();
    const missed: unknown[] = [];
    for (const data of ["one", "two", "three"]) {
      missed.push((await ask(friend, { action: "post", channel: room, data })).notification);
      // The next frame may overtake this one's way to the pusher.
      await until("the entry", async () => (await historyOf(room)).includes(missed.at(-1)));
    }
    const second = await session.connect(user, "2");
    const answer = await ask(second, { action: "subscribe", channels: [room], after: cursor });
    expect(answer).toMatchObject({ type: "subscribed", channels: [room], complete: true });
    const got = notifications(second).map(({ id }) => id);
    // What the client saw last may come again, with an id that it knows.
    expect(got.filter((id) => id !== seen.notification)).toEqual(missed);
    expect(new Set(got).size).toBe(got.length);
    const last = second.frames.map((text) => JSON.parse(text) as Frame).filter(({ type }) => type !== "ack");
    expect(last.at(-1)?.type).toBe("subscribed");
  });

  async function historyOf(room: string): Promise<unknown[]> {
    const { Items = [] } = await stack.aws.dynamodb.send(
      new QueryCommand({
        TableName: "local-sumu-history",
        KeyConditionExpression: "#s = :s",
        ExpressionAttributeNames: { "#s": "stream" },
        ExpressionAttributeValues: { ":s": { S: `channel:${room}` } },
        ConsistentRead: true,
      }),
    );
    return Items.map(({ id }) => id?.S);
  }

  it("are left by an unsubscribe, and by a connection that closes", async () => {
    const room = `room:${randomUUID()}`;
    const [one, other] = [session.user("one"), session.user("other")];
    const staying = await session.connect(one, "2");
    const leaving = await session.connect(other, "2");
    await ask(staying, { action: "subscribe", channels: [room] });
    await ask(leaving, { action: "subscribe", channels: [room] });
    expect((await members(room)).sort()).toEqual([one, other].sort());
    expect(await ask(leaving, { action: "unsubscribe", channels: [room] })).toMatchObject({
      type: "unsubscribed",
      channels: [room],
    });
    expect(await members(room)).toEqual([one]);
    await ask(leaving, { action: "subscribe", channels: [room] });
    await leaving.close();
    // The watchdog tells the control function ten seconds later.
    await until("the row to go", async () => (await members(room)).length === 1, 60_000);
    expect(await members(room)).toEqual([one]);
  });

  it("refuse a client that has not asked for protocol 2", async () => {
    const client = await session.connect(session.user("bare"));
    expect(await ask(client, { action: "subscribe", channels: ["public:news"] })).toMatchObject({
      type: "refused",
      action: "subscribe",
      reason: "protocol",
    });
  });
});
