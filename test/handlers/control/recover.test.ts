import { AwsError } from "../../../handlers/aws/aws-error";
import { cursorAt } from "../../../src/contract/history";
import { Client, NOW } from "./support/client";

const cursor = (secondsAgo: number) => cursorAt(NOW - secondsAgo * 1_000, "0");
/** A place in the history at the time of the recovery. */
const current = expect.stringMatching(new RegExp(`^${NOW}-0$`));

describe("a client that was away", () => {
  it("gets what was sent to its user and to everyone since its cursor, in the order of the cursors", async () => {
    const client = new Client();
    client.keep("user:alice", "before", 90);
    for (let i = 0; i < 5; i++) client.keep("user:alice", `own-${i}`, 59 - 2 * i);
    for (let i = 0; i < 5; i++) client.keep("everyone", `all-${i}`, 58 - 2 * i);
    client.keep("user:bob", "other", 40);
    expect(await client.recover({ after: cursor(60) })).toMatchObject({ outcome: "answered" });
    expect(client.ids).toEqual([0, 1, 2, 3, 4].flatMap((i) => [`own-${i}`, `all-${i}`]));
    expect(client.answer).toEqual({ type: "recovered", id: "1", cursor: current, complete: true });
    expect(Object.fromEntries(Object.entries(client.counts).filter(([, count]) => count > 0))).toEqual({
      Recoveries: 1,
      Recovered: 10,
    });
  });

  it("gets the frames as they would have come, and learns that they come from history", async () => {
    const client = new Client();
    const kept = client.keep("user:alice", "m", 5, { data: '{"n": 1.10}', channel: "room:1", from: "bob" });
    const texts: string[] = [];
    client.send = (_, text) => {
      texts.push(text);
      return "sent";
    };
    await client.recover({ after: cursor(6) });
    expect(texts[0]).toBe(
      `{"type":"notification","id":"m","cursor":"${kept}","channel":"room:1","from":"bob","recovered":true,"data":{"n": 1.10}}`,
    );
  });

  it("also gets what was written up to 15 seconds before its cursor, because it may have been on its way", async () => {
    const client = new Client();
    client.keep("user:alice", "late", 74);
    client.keep("user:alice", "old", 76);
    await client.recover({ after: cursor(60) });
    expect(client.ids).toEqual(["late"]);
  });

  it("gets a notification once, although the pusher has written it twice, or to two streams", async () => {
    const client = new Client();
    client.keep("user:alice", "m", 30);
    client.keep("user:alice", "n", 20);
    client.keep("user:alice", "m", 10);
    client.keep("everyone", "n", 5);
    await client.recover({ after: cursor(60) });
    expect(client.ids).toEqual(["m", "n"]);
  });

  it("gets no notification from which its user is excepted", async () => {
    const client = new Client();
    client.keep("everyone", "for-others", 30, { except: new Set(["alice"]) });
    client.keep("everyone", "for-all", 20, { except: new Set(["bob"]) });
    await client.recover({ after: cursor(60) });
    expect(client.ids).toEqual(["for-all"]);
  });

  it("gets its own notification, although another one with the same id was for everyone but its user", async () => {
    const client = new Client();
    client.keep("everyone", "order-17", 30, { data: '"alice has ordered"', except: new Set(["alice"]) });
    client.keep("user:alice", "order-17", 29, { data: '"you have ordered"' });
    await client.recover({ after: cursor(60) });
    expect(client.frames.map(({ data }) => data)).toEqual(["you have ordered", undefined]);
  });

  it("gets all that is kept, and no gap, after 0", async () => {
    const client = new Client();
    client.keep("user:alice", "expired", 3_600 + 7_500 + 1);
    client.keep("user:alice", "oldest", 3_600 + 7_499);
    client.keep("everyone", "newest", 1);
    await client.recover({ after: "0" });
    expect(client.ids).toEqual(["oldest", "newest"]);
    expect(client.answer).toMatchObject({ complete: true });
  });

  it("gets the current cursor alone, without one", async () => {
    const client = new Client();
    client.keep("user:alice", "before", 1);
    await client.recover({});
    expect(client.frames).toEqual([{ type: "recovered", id: "1", cursor: current, complete: true }]);
    expect(client.pages).toBe(0);
  });

  it("goes on from the last notification, if the clock of its writer is ahead", async () => {
    const client = new Client();
    const ahead = client.keep("user:alice", "ahead", -2);
    await client.recover({ after: cursor(60) });
    expect(client.answer).toMatchObject({ cursor: ahead, complete: true });
  });
});

describe("a gap", () => {
  it("is told if the cursor is older than what is kept, beside all that is kept", async () => {
    const client = new Client();
    client.keep("user:alice", "kept", 60);
    await client.recover({ after: cursor(3_600 + 7_501) });
    expect(client.ids).toEqual(["kept"]);
    expect(client.answer).toEqual({ type: "recovered", id: "1", cursor: current, complete: false, gap: true });
    expect(client.counts.Gaps).toBe(1);
  });

  it("is not told to a client that was away for history_seconds, after it was idle for as long as a connection lives", async () => {
    const client = new Client();
    await client.recover({ after: cursor(3_600 + 7_500) });
    expect(client.answer).toMatchObject({ complete: true });
  });

  it("is told if its cursor is in the future, so that it does not wait until then without a word", async () => {
    const client = new Client();
    client.keep("user:alice", "m", 5);
    await client.recover({ after: cursorAt(NOW + 301_000, "x") });
    expect(client.answer).toEqual({ type: "recovered", id: "1", cursor: current, complete: false, gap: true });
    await client.recover({ after: cursorAt(NOW + 299_000, "x") });
    expect(client.answer).toMatchObject({ complete: true });
  });

  it("is told if a notification is too large for a frame", async () => {
    const client = new Client();
    client.keep("user:alice", "huge", 20, { data: JSON.stringify("x".repeat(128 * 1_024)) });
    client.keep("user:alice", "small", 10);
    await client.recover({ after: cursor(60) });
    expect(client.ids).toEqual(["small"]);
    expect(client.answer).toMatchObject({ complete: false, gap: true });
  });
});

describe("an answer", () => {
  it("has at most 1,000 notifications, and the client goes on exactly there", async () => {
    const client = new Client();
    const all = Array.from({ length: 2_100 }, (_, index) => `n${String(index).padStart(4, "0")}`);
    // All in one second: a second recovery with the usual overlap would begin at the first one again.
    client.history.set(
      "everyone",
      all.map((id) => ({ id, cursor: cursorAt(NOW - 30_000, id), data: "1" })),
    );
    await client.recover({ after: cursor(60) });
    for (let answers = 1; client.answer?.more; answers++) {
      expect(client.answer).toEqual({
        type: "recovered",
        id: "1",
        cursor: cursorAt(NOW - 30_000, String(client.ids.at(-1))),
        complete: false,
        more: true,
      });
      expect(client.ids.length).toBe(answers * 1_000);
      await client.recover({ after: client.answer?.cursor, more: true });
    }
    expect(client.ids).toEqual(all);
    expect(client.answer).toMatchObject({ complete: true });
  });

  it("has at most 4 MB, and at least one notification", async () => {
    const client = new Client();
    const data = JSON.stringify("x".repeat(100 * 1_024));
    for (let i = 0; i < 50; i++) client.keep("user:alice", `m${i}`, 59 - i, { data });
    await client.recover({ after: cursor(60) });
    expect(client.ids.length).toBe(40);
    expect(client.answer).toMatchObject({ complete: false, more: true });
  });

  it("comes after 20 seconds, even if there is more", async () => {
    const client = new Client();
    for (let i = 0; i < 30; i++) client.keep("user:alice", `m${i}`, 59 - i);
    client.postMs = 1_000;
    await client.recover({ after: cursor(60) });
    expect(client.ids.length).toBe(20);
    // The last post, and the read of a page, began before the time was over.
    expect(client.clock.now() - NOW).toBeLessThan(22_100);
    expect(client.answer).toMatchObject({ complete: false, more: true });
  });

  it("reads no more for a client that excepts nearly everything", async () => {
    const client = new Client();
    const except = new Set(["alice"]);
    client.history.set(
      "everyone",
      Array.from({ length: 6_000 }, (_, index) => ({
        id: `n${index}`,
        cursor: cursorAt(NOW - 30_000, String(index).padStart(4, "0")),
        data: "1",
        except,
      })),
    );
    await client.recover({ after: cursor(60) });
    expect(client.ids).toEqual([]);
    expect(client.answer).toMatchObject({ cursor: cursorAt(NOW - 30_000, "4999"), complete: false, more: true });
  });

  it("is not sent to a client that has gone, and nothing more is read for it", async () => {
    const client = new Client();
    for (let i = 0; i < 30; i++) client.keep("user:alice", `m${i}`, 59 - i);
    client.send = (before) => (before < 2 ? "sent" : "gone");
    expect(await client.recover({ after: cursor(60) })).toEqual({ outcome: "gone" });
    expect(client.ids).toEqual(["m0", "m1"]);
    expect(client.pages).toBe(2);
  });

  it("tells the client to go on after the last notification, if the history stops answering", async () => {
    const client = new Client();
    for (let i = 0; i < 5; i++) client.keep("user:alice", `m${i}`, 59 - i);
    client.send = (before) => {
      if (before === 2) client.readFails = new AwsError("dynamodb", "Query", "ThrottlingException", 400, undefined);
      return "sent";
    };
    const failure = "ThrottlingException";
    expect(await client.recover({ after: cursor(60) })).toMatchObject({ outcome: "answered", failure });
    expect(client.answer).toMatchObject({ type: "recovered", complete: false, more: true });
    client.readFails = undefined;
    client.send = () => "sent";
    await client.recover({ after: client.answer?.cursor, more: true });
    expect(client.ids).toEqual(["m0", "m1", "m2", "m3", "m4"]);
    expect(client.answer).toMatchObject({ complete: true });
  });

  it("tells the client to go on after the last notification, if one cannot be sent", async () => {
    const client = new Client();
    for (let i = 0; i < 5; i++) client.keep("user:alice", `m${i}`, 59 - i);
    client.send = (before, text) => (before === 2 && text.includes("m2") ? "failed" : "sent");
    await client.recover({ after: cursor(60) });
    client.send = () => "sent";
    expect(client.answer).toMatchObject({ more: true });
    await client.recover({ after: client.answer?.cursor, more: true });
    expect(client.ids).toEqual(["m0", "m1", "m2", "m3", "m4"]);
    expect(client.answer).toMatchObject({ complete: true });
  });
});

describe("a refusal", () => {
  const refusals: readonly (readonly [string, object, object, string])[] = [
    ["a frame without an id", { id: undefined }, {}, "malformed"],
    ["an empty id", { id: "" }, {}, "malformed"],
    ["a cursor that is none", { after: "yesterday" }, {}, "malformed"],
    ["`more` without a cursor", { more: true }, {}, "malformed"],
    ["a client of the bare protocol", {}, { protocol: 1 }, "protocol"],
    ["a connection whose token has ended", {}, { expiresAt: NOW }, "connection_ended"],
  ];
  it.each(refusals)("names the reason for %s", async (_, members, facts, reason) => {
    const client = new Client();
    expect(await client.recover(members, facts)).toEqual({ outcome: "refused", reason });
    expect(client.frames).toEqual([
      {
        type: "refused",
        ...(!("id" in members) && { id: "1" }),
        action: "recover",
        reason,
        message: expect.any(String),
      },
    ]);
    expect(client.counts.FramesRefused).toBe(1);
  });

  it.each(["", "no JSON", "[]", "null", '"text"', '{"id":1}'])("names the reason for the body %j", async (body) => {
    const client = new Client();
    await client.clock.drive(client.begin(body));
    expect(client.frames).toMatchObject([{ type: "refused", reason: "malformed" }]);
    expect(client.frames[0]).not.toHaveProperty("id");
  });

  it("says that there is no history", async () => {
    const client = new Client();
    client.hasHistory = false;
    await client.recover({ after: "0" });
    expect(client.answer).toMatchObject({ type: "refused", id: "1", reason: "no_history" });
  });

  it("says that the history does not answer, and the failure is known", async () => {
    const client = new Client();
    client.readFails = new AwsError("dynamodb", "Query", "AccessDeniedException", 400, undefined);
    expect(await client.recover({ after: "0" })).toEqual({
      outcome: "refused",
      reason: "unavailable",
      failure: "AccessDeniedException",
    });
    expect(client.answer).toMatchObject({ type: "refused", id: "1", reason: "unavailable" });
  });

  it("says that nothing could be sent", async () => {
    const client = new Client();
    client.keep("user:alice", "m", 30);
    client.send = (_, text) => (text.includes("notification") ? "failed" : "sent");
    await client.recover({ after: cursor(60) });
    expect(client.answer).toMatchObject({ type: "refused", reason: "unavailable" });
  });
});

describe("a frame that SQS delivers twice", () => {
  const facts = { requestId: "the same" };
  const body = JSON.stringify({ id: "1", after: cursor(60) });

  it.each([
    ["the same function", (client: Client) => client],
    ["another function", (client: Client) => new Client(client)],
  ])("while it is handled is answered once, without a refusal: by %s", async (_, otherOf) => {
    const client = new Client();
    for (let i = 0; i < 100; i++) client.keep("user:alice", `m${i}`, 59 - i / 2);
    const other = otherOf(client);
    const begun = client.begin(body, facts);
    await client.clock.drive(client.clock.sleep(20));
    expect(await client.clock.drive(other.begin(body, facts))).toEqual({ outcome: "repeated" });
    expect(await client.clock.drive(begun)).toMatchObject({ outcome: "answered" });
    const answers = [...client.frames, ...(other === client ? [] : other.frames)].filter(
      ({ type }) => type !== "notification",
    );
    expect(answers).toEqual([{ type: "recovered", id: "1", cursor: current, complete: true }]);
    expect(client.ids.length).toBe(100);
    expect(other.counts.FramesRefused).toBe(0);
    // The next frame finds the lease free.
    expect(await new Client(client).recover({ after: cursor(1) })).toMatchObject({ outcome: "answered" });
  });

  it("after its answer is answered alike: the client drops the ids that it knows", async () => {
    const client = new Client();
    client.keep("user:alice", "m", 30);
    await client.recover({ after: cursor(60) }, facts);
    const [first, other] = [[...client.frames], new Client(client)];
    await other.recover({ after: cursor(60) }, facts);
    expect(other.ids).toEqual(["m"]);
    expect(other.answer).toMatchObject({ ...first.at(-1), cursor: expect.any(String) });
  });

  it("is answered if the function that had it has died", async () => {
    const client = new Client();
    await client.leases.take({ connectionId: "c1", slot: "0", frame: "the same" }, NOW - 31_000);
    expect(await client.recover({ after: cursor(60) }, facts)).toMatchObject({ outcome: "answered" });
  });
});

describe("a client that floods wrong frames", () => {
  it.each([
    ["malformed", "no JSON", {}],
    ["malformed", '{"id":"1","after":"yesterday"}', {}],
    ["protocol", '{"id":"1"}', { protocol: 1 }],
  ])(
    "gets 50 refusals (%s), and then ten a second, so that its frames cost no post each",
    async (reason, body, facts) => {
      const client = new Client();
      const flood = (count: number) =>
        client.clock.drive(Promise.all(Array.from({ length: count }, () => client.begin(body, facts))));
      const outcomes = await flood(1_000);
      expect(outcomes.filter(({ outcome }) => outcome === "refused")).toHaveLength(50);
      expect(outcomes.at(-1)).toEqual({ outcome: "dropped", reason });
      expect([client.frames.length, client.counts.FramesRefused]).toEqual([50, 1_000]);
      await client.clock.drive(client.clock.sleep(1_000));
      await flood(1_000);
      expect(client.frames).toHaveLength(60);
      await client.clock.drive(client.begin(body, { ...facts, connectionId: "c2" }));
      expect(client.frames).toHaveLength(61);
    },
  );

  it("gets each answer that a service does not answer", async () => {
    const client = new Client();
    client.readFails = new AwsError("dynamodb", "Query", "InternalServerError", 500, undefined);
    for (let i = 0; i < 80; i++) {
      await client.recover({ after: cursor(1) });
      await client.clock.drive(client.clock.sleep(1_000));
    }
    expect(client.frames).toHaveLength(80);
  });
});

describe("a client that floods recover", () => {
  it("has one recovery at a time, and one refusal a second", async () => {
    const client = new Client();
    for (let i = 0; i < 100; i++) client.keep("user:alice", `m${i}`, 59 - i / 2);
    const body = JSON.stringify({ id: "1", after: cursor(60) });
    const outcomes = await client.clock.drive(Promise.all(Array.from({ length: 500 }, () => client.begin(body))));
    const count = (wanted: string) => outcomes.filter(({ outcome }) => outcome === wanted).length;
    expect([count("answered"), count("refused"), count("dropped")]).toEqual([1, 1, 498]);
    expect(client.counts.FramesRefused).toBe(499);
    expect(client.ids.length).toBe(100);
  });

  it("has one recovery at a time in all functions together", async () => {
    const client = new Client();
    for (let i = 0; i < 100; i++) client.keep("user:alice", `m${i}`, 59 - i / 2);
    const others = Array.from({ length: 50 }, () => new Client(client));
    const body = JSON.stringify({ id: "1", after: cursor(60) });
    const begun = client.begin(body);
    await client.clock.drive(client.clock.sleep(20));
    const refused = await client.clock.drive(Promise.all(others.map((other) => other.begin(body))));
    expect(refused).toEqual(Array(50).fill({ outcome: "refused", reason: "too_many_requests" }));
    expect(others.map(({ pages }) => pages)).toEqual(Array(50).fill(0));
    expect(await client.clock.drive(begun)).toMatchObject({ outcome: "answered" });
    expect(await others[0]?.recover({ after: cursor(1) })).toMatchObject({ outcome: "answered" });
  });

  it("gets its answer although its lease cannot be given back, and recovers again when the lease has ended", async () => {
    const client = new Client();
    client.giveFails = new AwsError("dynamodb", "UpdateItem", "InternalServerError", 500, undefined);
    expect(await client.recover({ after: cursor(1) })).toMatchObject({ outcome: "answered" });
  });

  it("has ten recoveries, and then one a second, and takes none from others", async () => {
    const client = new Client();
    const other = new Client();
    for (let i = 0; i < 20; i++) await client.recover({ after: cursor(1) });
    expect(client.counts.Recoveries).toBe(10);
    await client.clock.drive(client.clock.sleep(1_000));
    for (let i = 0; i < 5; i++) await client.recover({ after: cursor(1) });
    expect(client.counts.Recoveries).toBe(11);
    expect(await client.recover({ after: cursor(1) }, { connectionId: "c2" })).toMatchObject({ outcome: "answered" });
    expect(await other.recover({ after: cursor(1) })).toMatchObject({ outcome: "answered" });
  });
});
