import { randomBytes } from "node:crypto";
import { Session } from "./session";
import type { Target } from "./target";
import { until } from "./until";

export interface BehaviourOptions {
  /** Called when the tests run, because a local target starts in a `beforeAll`. */
  readonly target: () => Target;
  /** Broadcasts reach everybody on the target, not only these tests' own clients. */
  readonly mayBroadcast: boolean;
  /** Whether the target mints these. */
  readonly refusedTokens: { readonly otherAudience: boolean; readonly expired: boolean };
}

const HOSTILE_TEXTS: { readonly [title: string]: string } = {
  "quotes, backslashes and what a query string splits on": String.raw`he said "hi" & a=1+1 'x' \ \n %41 %zz ?;#/`,
  "other scripts, emoji and combining marks": "日本語 עברית 👩‍🚀 e\u0301 \u{10ffff}",
  "line breaks, tabs and spaces at both ends": "  one\ntwo\r\nthree\tfour  ",
  "what looks like a template": "$context.authorizer.principalId $input.body ${x} #set($a = 1) $util.urlEncode('a') ##",
  "what looks like another parameter":
    "&Action=DeleteQueue&MessageBody=other&MessageAttribute.1.Value.StringValue=root",
  "what looks like JSON": '{"not":"an object"}',
};

const HOSTILE_VALUES: { readonly [title: string]: unknown } = {
  "an object": { text: 'q"\\\n&+%', nested: [{ a: null }, [], {}, true, -0.5], "": "$x" },
  "an array": [1, "two", { three: 3 }],
  "a number": 42,
  "a boolean": false,
};

/** The behaviours of any SUMU, wherever it runs. Every wait is for a condition. */
export function describeBehaviours({ target, mayBroadcast, refusedTokens }: BehaviourOptions): void {
  let session: Session;
  beforeAll(async () => {
    session = await Session.open(target());
  });
  afterAll(() => session?.close());
  afterEach(() => session.closeClients());

  describe("disconnecting", () => {
    it.each(["topic", "queue"] as const)("closes all of a user's connections by the %s, and says why", async (via) => {
      const [alice, bob] = [session.user("alice"), session.user("bob")];
      const [first, second, other] = await Promise.all([
        session.connect(alice, "2"),
        session.connect(alice),
        session.connect(bob),
      ]);
      await session.notify(via, { disconnect: { users: [alice], reason: "signed_out" } });
      expect(await Promise.all([first.closed, second.closed])).toEqual([1000, 1000]);
      expect([first.frames, second.frames]).toEqual([
        ['{"type":"disconnect","reason":"signed_out","reconnect":false}'],
        [],
      ]);
      await until("the rows to go", async () => (await session.rows(alice)).length === 0);
      await session.notify(via, { notification: { to: { users: [bob] }, data: "still here" } });
      expect(await other.received(1)).toEqual(['"still here"']);
    });
  });

  describe("connecting", () => {
    it("rejects a client without a token with 401", async () => {
      await expect(session.connectWith()).rejects.toThrow("refused with 401");
    });

    it("rejects a token whose signature is another's with 403", async () => {
      const [header, payload] = (await target().mint(session.user("mallory"))).split(".");
      const signature = randomBytes(256).toString("base64url");
      await expect(session.connectWith(`${header}.${payload}.${signature}`)).rejects.toThrow("refused with 403");
    });

    it("rejects a token whose subject has been changed with 403", async () => {
      const [header, payload = "", signature] = (await target().mint(session.user("mallory"))).split(".");
      const claims = JSON.parse(Buffer.from(payload, "base64url").toString());
      const forged = Buffer.from(JSON.stringify({ ...claims, sub: "alice" })).toString("base64url");
      await expect(session.connectWith(`${header}.${forged}.${signature}`)).rejects.toThrow("refused with 403");
    });

    it("rejects what is no token with 403", async () => {
      await expect(session.connectWith("a.b.c")).rejects.toThrow("refused with 403");
    });

    (refusedTokens.otherAudience ? it : it.skip)("rejects a token for another audience with 403", async () => {
      const token = await target().mintForOtherAudience?.(session.user("mallory"));
      await expect(session.connectWith(token ?? "")).rejects.toThrow("refused with 403");
    });

    (refusedTokens.expired ? it : it.skip)("rejects an expired token with 403", async () => {
      const token = await target().mintExpired?.(session.user("mallory"));
      await expect(session.connectWith(token ?? "")).rejects.toThrow("refused with 403");
    });

    it("keeps a row for as long as the connection is open", async () => {
      const user = session.user("alice");
      const client = await session.connect(user);
      expect(await session.rows(user)).toHaveLength(1);
      await client.close();
      await until("the row to go", async () => (await session.rows(user)).length === 0);
    });
  });

  describe("frames of a client", () => {
    it("answers a ping with the connection's id", async () => {
      const user = session.user("alice");
      const client = await session.connect(user);
      client.send('{"action":"ping"}');
      const [pong = ""] = await client.received(1);
      const [connectionId] = await session.rows(user);
      expect(JSON.parse(pong)).toEqual({ type: "pong", statusCode: 200, connectionId });
    });

    it.each(["send", "publish"])("answers a %s without a message with an error frame", async (action) => {
      const client = await session.connect(session.user("alice"));
      client.send(JSON.stringify({ action }));
      const [frame = ""] = await client.received(1);
      expect(JSON.parse(frame)).toEqual({
        type: "error",
        action,
        requestId: expect.any(String),
        message: "The message is missing, empty or too large, or the service refused it.",
      });
    });

    it("answers an unknown route with API Gateway's error, and the connection goes on", async () => {
      const user = session.user("alice");
      const client = await session.connect(user);
      client.send('{"action":"nope"}');
      const [frame = ""] = await client.received(1);
      const [connectionId] = await session.rows(user);
      expect(JSON.parse(frame)).toEqual({ message: "Forbidden", connectionId, requestId: expect.any(String) });
      client.send('{"action":"ping"}');
      expect(JSON.parse((await client.received(2))[1] ?? "")).toMatchObject({ type: "pong" });
    });
  });

  describe.each([
    ["send", "queue"],
    ["publish", "topic"],
  ] as const)("%s", (action, via) => {
    const cases = [
      ...Object.entries(HOSTILE_TEXTS).map(([title, text]) => [title, text, text] as const),
      ...Object.entries(HOSTILE_VALUES).map(([title, value]) => [title, value, JSON.stringify(value)] as const),
      ["20,000 characters", "é+".repeat(10_000), "é+".repeat(10_000)] as const,
    ];
    it.each(cases)(
      `brings %s to the messages ${via} byte for byte, with its attributes`,
      async (_title, message, body) => {
        const user = session.user('al"ice & co');
        const client = await session.connect(user);
        const before = Date.now();
        client.send(JSON.stringify({ action, message }));
        const [ack = ""] = await client.received(1);
        expect(JSON.parse(ack)).toEqual({ type: "ack", action, requestId: expect.any(String) });
        const source = `apigw.route.${action}`;
        const received = await session[via].from(user, source);
        expect(received).toEqual([
          {
            body,
            attributes: {
              user_id: ["String", user],
              source: ["String", source],
              timestamp: ["Number", expect.stringMatching(/^\d{13}$/)],
            },
          },
        ]);
        // Two machines' clocks may differ by some seconds.
        expect(Math.abs(Number(received[0]?.attributes.timestamp?.[1]) - before)).toBeLessThan(60_000);
      },
    );
  });

  describe.each(["queue", "topic"] as const)("a notification through the %s", (via) => {
    it("reaches every device of the users that it names, and nobody else", async () => {
      const [alice, bob, carol] = ["alice", "bob", "carol"].map((name) => session.user(name)) as [
        string,
        string,
        string,
      ];
      const clients = await Promise.all([alice, alice, bob, carol].map((user) => session.connect(user)));
      const data = { text: 'he said "hi" & 👩‍🚀\n', list: [1, null] };
      await session.notify(via, { users: [alice, bob, alice], data });
      await Promise.all(clients.slice(0, 3).map((client) => client.received(1)));
      await session.notify(via, { users: [alice, bob, carol], data: "last" });
      await Promise.all(clients.map((client, index) => client.received(index === 3 ? 1 : 2)));
      const text = JSON.stringify(data);
      expect(clients.map(({ frames }) => frames)).toEqual([
        [text, '"last"'],
        [text, '"last"'],
        [text, '"last"'],
        ['"last"'],
      ]);
    });

    (mayBroadcast ? it : it.skip)("that names nobody reaches everybody but the excluded", async () => {
      const [alice, bob, carol] = ["alice", "bob", "carol"].map((name) => session.user(name)) as [
        string,
        string,
        string,
      ];
      const clients = await Promise.all([alice, bob, carol].map((user) => session.connect(user)));
      await session.notify(via, { data: "all" });
      await Promise.all(clients.map((client) => client.received(1)));
      await session.notify(via, { exclude_users: [bob], data: "not bob" });
      await Promise.all([clients[0]?.received(2), clients[2]?.received(2)]);
      await session.notify(via, { users: [], data: "last" });
      await Promise.all(clients.map((client, index) => client.received(index === 1 ? 2 : 3)));
      expect(clients.map(({ frames }) => frames)).toEqual([
        ['"all"', '"not bob"', '"last"'],
        ['"all"', '"last"'],
        ['"all"', '"not bob"', '"last"'],
      ]);
    });

    it("that is malformed costs only itself", async () => {
      const alice = session.user("alice");
      const client = await session.connect(alice);
      const malformed = [
        "no JSON",
        "[]",
        JSON.stringify({ users: [alice] }),
        JSON.stringify({ users: alice, data: 1 }),
      ];
      await Promise.all([
        ...malformed.map((text) => session.notify(via, text)),
        session.notify(via, { users: [alice], data: "good" }),
      ]);
      await client.received(1);
      await session.notify(via, { users: [alice], data: "last" });
      expect(await client.received(2)).toEqual(['"good"', '"last"']);
    });

    it("removes the row of a connection that is gone, and reaches the user's other device", async () => {
      const alice = session.user("alice");
      const client = await session.connect(alice);
      const [own] = await session.rows(alice);
      await session.putStaleRow(alice, await session.closedConnectionId(), 60_000);
      await session.notify(via, { users: [alice], data: "hello" });
      expect(await client.received(1)).toEqual(['"hello"']);
      await until("the stale row to go", async () => (await session.rows(alice)).length === 1);
      expect(await session.rows(alice)).toEqual([own]);
    });
  });

  it("brings the others theirs while one client never reads", async () => {
    const [alice, bob] = [session.user("alice"), session.user("bob")];
    const [idle, client] = await Promise.all([session.connect(alice), session.connect(bob)]);
    idle.stopReading();
    // This is more than the network and the gateway store for one connection, so the pusher must try some posts again.
    const flood = 80;
    for (let count = 0; count < flood; count++) {
      await session.notify("queue", { users: [alice], data: "x".repeat(100_000) });
    }
    const data = [0, 1, 2, 3, 4];
    for (const item of data) await session.notify("topic", { users: [alice, bob], data: item });
    const frames = await client.received(data.length, 30_000);
    expect([...frames].sort()).toEqual(data.map(String));
    expect(idle.frames.length).toBe(0);
  });

  describe("presence", () => {
    itTellsDevices(() => session);
    itSurvivesReconnects(() => session);
  });
}

/** Presence, wherever the target's presence source takes it. */
export function itTellsDevices(session: () => Session): void {
  it("tells ONLINE with a user's first device and OFFLINE with the last, once each", async () => {
    const alice = session().user("alice");
    const first = await session().connect(alice);
    expect(await session().presence(alice, 1)).toEqual(["ONLINE"]);
    const second = await session().connect(alice);
    await first.close();
    await until("the first device's row to go", async () => (await session().rows(alice)).length === 1);
    await second.close();
    expect(await session().presence(alice, 2)).toEqual(["ONLINE", "OFFLINE"]);
  });
}

function itSurvivesReconnects(session: () => Session): void {
  it("ends with the truth after 100 reconnects", async () => {
    const alice = session().user("alice");
    const token = await session().target.mint(alice);
    let current = await session().connectWith(token);
    for (let reconnect = 0; reconnect < 100; reconnect++) {
      // Alternates: the new device comes after the old device has gone, or before.
      const previous = current;
      if (reconnect % 2 === 0) await previous.close();
      current = await session().connectWith(token);
      if (reconnect % 2 === 1) await previous.close();
    }
    await until("one row to be left", async () => (await session().rows(alice)).length === 1);
    await session().presenceEndsWith(alice, "ONLINE");
    await current.close();
    const changes = await session().presenceEndsWith(alice, "OFFLINE");
    expect(changes).toEqual(changes.map((_change, index) => (index % 2 === 0 ? "ONLINE" : "OFFLINE")));
  });
}
