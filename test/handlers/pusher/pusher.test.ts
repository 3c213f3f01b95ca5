import type { PostResult } from "../../../handlers/aws/connections-api";
import { connections, SimulatedAws } from "../../../support/simulated-aws";

const notification = (request: object) => JSON.stringify({ data: { text: "hi" }, ...request });
const everyOnce = (aws: SimulatedAws) => [...aws.deliveries.values()].every((count) => count === 1);

describe("push to selected users", () => {
  it("delivers the JSON of data once to each connection of each user, named once or more", async () => {
    const received: string[] = [];
    const aws = new SimulatedAws({ rows: connections(10), onDelivered: (id, data) => received.push(`${id} ${data}`) });
    expect(await aws.invoke([notification({ users: ["user-1", "user-2", "user-1"] })])).toEqual(["done"]);
    expect(received.sort()).toEqual([2, 3, 4, 5].map((id) => `connection-${id} {"text":"hi"}`));
    expect([aws.queue, aws.deadLetters, aws.overruns, aws.clock.pending]).toEqual([[], [], [], 0]);
  });

  it("follows every page of a user with many devices", async () => {
    const aws = new SimulatedAws({ rows: connections(1_000, { userId: "fleet" }), pageRows: 7 });
    await aws.invoke([notification({ users: ["fleet"] })]);
    expect(aws.deliveries.size).toBe(1_000);
    expect(everyOnce(aws)).toBe(true);
  });

  it("delivers to 2,000 users with reads and deliveries within their bounds", async () => {
    const aws = new SimulatedAws({
      rows: connections(4_000),
      settings: { deliveryConcurrency: 4, readConcurrency: 3 },
    });
    const users = Array.from({ length: 2_000 }, (_, index) => `user-${index}`);
    await aws.invoke([notification({ users })]);
    expect(aws.deliveries.size).toBe(4_000);
    expect([aws.peakPosts, aws.peakReads]).toEqual([4, 3]);
  });

  it("leaves out excluded users, and sends to nobody when all are excluded", async () => {
    const aws = new SimulatedAws({ rows: connections(10) });
    await aws.invoke([
      notification({ users: ["user-1", "user-2"], exclude_users: ["user-1"] }),
      notification({ users: ["user-3"], exclude_users: ["user-3"] }),
    ]);
    expect([...aws.deliveries.keys()].sort()).toEqual(["connection-4", "connection-5"]);
  });

  it("continues with the users that could not be read, and only with those", async () => {
    const throttled = Object.assign(new Error("no"), { code: "ThrottlingException" });
    const aws: SimulatedAws = new SimulatedAws({
      rows: connections(10),
      readFails: (userId) => (userId === "user-2" && aws.invocations === 1 ? throttled : undefined),
    });
    expect(await aws.invoke([notification({ users: ["user-1", "user-2"] })])).toEqual(["done"]);
    expect(aws.queue.map(({ body }) => JSON.parse(body))).toEqual([
      {
        data: { text: "hi" },
        users: ["user-2"],
        sumu_continuation: { attempt: 2, id: "message-0", sent_at: Date.UTC(2026, 0, 1) },
      },
    ]);
    await aws.drain();
    expect([...aws.deliveries.keys()].sort()).toEqual([2, 3, 4, 5].map((id) => `connection-${id}`));
    expect(everyOnce(aws)).toBe(true);
  });

  it("goes on at the page it had reached when the time runs short within a user", async () => {
    const aws = new SimulatedAws({
      rows: connections(3_000, { userId: "fleet" }),
      pageRows: 100,
      settings: { deliveryConcurrency: 4 },
    });
    expect(await aws.invoke([notification({ users: ["fleet"] })], 2_000)).toEqual(["done"]);
    expect(aws.queue.length).toBeGreaterThan(0);
    await aws.drain({ remainingMs: 2_000 });
    expect(aws.deliveries.size).toBe(3_000);
    expect(everyOnce(aws)).toBe(true);
    expect([aws.overruns, aws.deadLetters]).toEqual([[], []]);
  });
});

describe("push to everyone", () => {
  it("delivers to every connection but those of 10,000 excluded users", async () => {
    const aws = new SimulatedAws({ rows: connections(24_000) });
    const exclude_users = Array.from({ length: 10_000 }, (_, index) => `user-${index}`);
    await aws.invoke([notification({ exclude_users })]);
    await aws.drain({ functions: 4 });
    expect(aws.deliveries.size).toBe(4_000);
    expect(aws.deliveries.has("connection-19999")).toBe(false);
    expect(everyOnce(aws)).toBe(true);
  });

  it("keeps to itself a table of one page", async () => {
    const aws = new SimulatedAws({ rows: connections(9_499) });
    await aws.invoke([notification({})]);
    expect([aws.deliveries.size, aws.queue.length, aws.reads]).toEqual([9_499, 0, 1]);
  });

  it("splits a larger table into segments that together send to each connection once", async () => {
    const aws = new SimulatedAws({ rows: connections(20_000) });
    await aws.invoke([notification({ exclude_users: ["user-0"] })]);
    expect(aws.queue.map(({ body }) => JSON.parse(body).sumu_continuation.segment)).toEqual(
      [0, 1, 2, 3, 4, 5, 6, 7].map((index) => ({ index, count: 8 })),
    );
    await aws.drain({ functions: 7 });
    expect(aws.deliveries.size).toBe(19_998);
    expect(everyOnce(aws)).toBe(true);
  });

  it("delivers nothing of a broadcast that it splits, so that a function that dies repeats a part, never the whole", async () => {
    const aws = new SimulatedAws({ rows: connections(20_000) });
    const startedAt = aws.clock.now();
    expect(await aws.invoke([notification({})])).toEqual(["done"]);
    expect([aws.deliveries.size, aws.queue.length]).toEqual([0, 8]);
    // A read and a send: the message is off the queue before the first connection has it.
    expect(aws.clock.now() - startedAt).toBe(15);
  });

  it("delivers the segments itself that the queue does not take", async () => {
    const aws = new SimulatedAws({
      rows: connections(20_000),
      sendFails: (_, { body }) => /"index":[35],/.test(body),
    });
    expect(await aws.invoke([notification({})])).toEqual(["done"]);
    expect([aws.deliveries.size, aws.queue.length]).toEqual([5_000, 6]);
    await aws.drain();
    expect(aws.deliveries.size).toBe(20_000);
    expect(everyOnce(aws)).toBe(true);
  });

  it("passes over expired rows and removes them", async () => {
    const expired = connections(3, { deleteAt: Date.UTC(2026, 0, 1) / 1_000 });
    const aws = new SimulatedAws({ rows: [...expired, ...connections(6).slice(3)] });
    await aws.invoke([notification({})]);
    expect([...aws.deliveries.keys()].sort()).toEqual(["connection-3", "connection-4", "connection-5"]);
    expect(aws.removed.sort()).toEqual(["connection-0", "connection-1", "connection-2"]);
  });

  it("bounds deliveries and table calls of a whole batch together", async () => {
    const aws = new SimulatedAws({
      rows: connections(2_000),
      settings: { deliveryConcurrency: 16, readConcurrency: 4 },
      answer: (id) => (id.endsWith("7") ? 410 : 200),
    });
    await aws.invoke([notification({}), notification({}), notification({ users: ["user-1"] })]);
    expect([aws.peakPosts, aws.peakReads]).toEqual([16, 4]);
  });

  it("does not let a broadcast hold up the single message beside it", async () => {
    let single = 0;
    const aws = new SimulatedAws({
      rows: connections(9_000),
      onDelivered: (_, data) => {
        if (data === '"urgent"') single = aws.clock.now() - Date.UTC(2026, 0, 1);
      },
    });
    await aws.invoke([notification({}), JSON.stringify({ users: ["user-7"], data: "urgent" })]);
    // The broadcast alone takes over a second.
    expect(single).toBeLessThan(100);
  });
});

describe("push under fire", () => {
  const toUser = notification({ users: ["user-0"] });
  const answering = (answers: readonly PostResult[], over = {}) =>
    new SimulatedAws({ rows: connections(1, over), answer: (_, tries) => answers[tries - 1] ?? 200 });

  it.each<[PostResult]>([[403], [500], [503], ["timeout"], ["reset"], ["connect"], ["protocol"]])(
    "tries a connection again that answered %j, until it takes the message",
    async (result) => {
      const aws = answering([result, result, result]);
      expect(await aws.invoke([toUser])).toEqual(["done"]);
      expect([aws.posts.get("connection-0"), aws.deliveries.get("connection-0")]).toEqual([4, 1]);
      expect([aws.queue, aws.deadLetters]).toEqual([[], []]);
    },
  );

  it("removes the row of an old connection that is gone", async () => {
    const aws = answering([410]);
    await aws.invoke([toUser]);
    expect([aws.removed, aws.posts.get("connection-0")]).toEqual([["connection-0"], 1]);
  });

  it("puts what is too large for a connection on the dead-letter queue with the reason", async () => {
    const aws = answering([413]);
    expect(await aws.invoke([toUser])).toEqual(["done"]);
    expect(aws.deadLetters.map(({ body, reason }) => [JSON.parse(body), reason])).toEqual([
      [
        {
          data: { text: "hi" },
          sumu_continuation: {
            attempt: 1,
            id: "message-0",
            reason: "payload_too_large",
            connections: [["user-0", "connection-0", Date.UTC(2025, 11, 31, 23)]],
          },
        },
        "payload_too_large",
      ],
    ]);
  });

  it("refuses data over 128 KiB at once, for all, with the message as it came", async () => {
    const aws = new SimulatedAws({ rows: connections(100) });
    const body = JSON.stringify({ data: "x".repeat(128 * 1024) });
    expect(await aws.invoke([body])).toEqual(["done"]);
    expect(aws.deadLetters.map(({ body: text, reason }) => [text === body, reason])).toEqual([
      [true, "payload_too_large"],
    ]);
    expect(aws.posts.size).toBe(0);
  });

  it("continues with the remaining connections only, later and later, and gives up after five attempts", async () => {
    const aws = new SimulatedAws({
      rows: connections(100),
      answer: (id) => (id === "connection-7" ? 503 : 200),
    });
    expect(await aws.invoke([notification({})])).toEqual(["done"]);
    const delaysSeconds: number[] = [];
    for (let next = aws.queue.shift(); next !== undefined; next = aws.queue.shift()) {
      expect(JSON.parse(next.body).sumu_continuation.connections).toHaveLength(1);
      delaysSeconds.push((next.availableAt - aws.clock.now()) / 1_000);
      await aws.clock.drive(aws.clock.sleep(next.availableAt - aws.clock.now()));
      await aws.invoke([next]);
    }
    expect(delaysSeconds.map(Math.round)).toEqual([8, 23, 68, 203]);
    expect(aws.invocations).toBe(5);
    expect(aws.deliveries.size).toBe(99);
    expect(everyOnce(aws)).toBe(true);
    expect(aws.deadLetters.map(({ reason }) => reason)).toEqual(["server_error"]);
  });

  it("gives up on a connection that refuses in five attempts, later and later, while others take theirs", async () => {
    const aws = new SimulatedAws({ rows: connections(100), answer: (id) => (id === "connection-7" ? 429 : 200) });
    await aws.invoke([notification({})]);
    const waits: [attempt: number, seconds: number][] = [];
    for (let next = aws.queue.shift(); next !== undefined; next = aws.queue.shift()) {
      const waitMs = next.availableAt - aws.clock.now();
      waits.push([JSON.parse(next.body).sumu_continuation.attempt, Math.round(waitMs / 1_000)]);
      await aws.clock.drive(aws.clock.sleep(waitMs));
      await aws.invoke([next]);
    }
    expect(waits).toEqual([
      [2, 8],
      [3, 23],
      [4, 68],
      [5, 203],
    ]);
    expect(aws.deadLetters.map(({ reason }) => reason)).toEqual(["slow_consumer"]);
  });

  it("gives up on nobody while the endpoint throttles nearly everybody, for as long as it takes", async () => {
    // One message in ten seconds, for 30 connections: 300 s, in which each has some two hundred refused.
    let freeAt = 0;
    const aws: SimulatedAws = new SimulatedAws({
      rows: connections(30),
      answer: () => {
        if (aws.clock.now() < freeAt) return 429;
        freeAt = aws.clock.now() + 10_000;
        return 200;
      },
    });
    await aws.invoke([notification({})]);
    await aws.drain();
    expect([aws.deliveries.size, everyOnce(aws), aws.deadLetters]).toEqual([30, true, []]);
    expect(aws.invocations).toBeGreaterThan(20);
  });

  it("delivers a dead letter that is sent back to the queue", async () => {
    let isDown = true;
    const aws = new SimulatedAws({ rows: connections(3), answer: () => (isDown ? 500 : 200) });
    await aws.invoke([notification({})]);
    await aws.drain();
    const [letter] = aws.deadLetters;
    isDown = false;
    expect(await aws.invoke(letter === undefined ? [] : [letter])).toEqual(["done"]);
    expect([...aws.deliveries.values()]).toEqual([1, 1, 1]);
  });

  it("reports the message as failed, and says so, when no queue takes what is left", async () => {
    const aws = new SimulatedAws({ rows: connections(3), answer: () => 500, sendFails: () => true });
    expect(await aws.invoke([notification({}), notification({ users: ["nobody"] })])).toEqual(["failed", "done"]);
    expect(aws.log.filter(({ level }) => level === "error").map(({ code }) => code)).toEqual([
      "handover_failed",
      "failed",
    ]);
    expect(aws.overruns).toEqual([]);
  });

  it("leaves everything to the queue when hardly any time is left", async () => {
    const aws = new SimulatedAws({ rows: connections(100), latencyMs: 400 });
    expect(await aws.invoke([notification({})], 40)).toEqual(["done"]);
    await aws.drain();
    expect(aws.deliveries.size).toBe(100);
    expect([everyOnce(aws), aws.overruns, aws.clock.pending]).toEqual([true, [], 0]);
  });

  it("puts a message on the dead-letter queue that gets nowhere in five attempts", async () => {
    const denied = Object.assign(new Error("no"), { code: "AccessDeniedException" });
    const aws = new SimulatedAws({ rows: connections(4), readFails: () => denied });
    await aws.invoke([notification({ exclude_users: ["user-0"] })]);
    await aws.drain();
    expect(aws.invocations).toBe(5);
    expect(aws.deadLetters.map(({ body, reason }) => [JSON.parse(body), reason])).toEqual([
      [
        {
          data: { text: "hi" },
          exclude_users: ["user-0"],
          sumu_continuation: { attempt: 1, id: "message-0", reason: "AccessDeniedException" },
        },
        "AccessDeniedException",
      ],
    ]);
  });

  it("counts what it did as metrics, and times a delivery from the request, however many invocations it took", async () => {
    const aws = new SimulatedAws({
      rows: connections(4),
      answer: (id, tries) => (id === "connection-3" && tries === 1 ? 429 : id === "connection-2" ? 410 : 200),
    });
    await aws.invoke([notification({ users: ["user-0", "user-1"] })]);
    const waitMs = (aws.queue[0]?.availableAt ?? 0) - aws.clock.now();
    const firstMs = aws.clock.now() - Date.UTC(2026, 0, 1);
    await aws.drain();
    const summaries = aws.log.filter(({ code }) => code === "pushed").map(({ values }) => values);
    expect(summaries).toEqual([
      { Delivered: 2, Gone: 1, Retried: 1, Continued: 1, Failed: 0, DeliveryTime: [18, 18] },
      { Delivered: 1, Gone: 0, Retried: 0, Continued: 0, Failed: 0, DeliveryTime: [firstMs + waitMs + 8] },
    ]);
    expect(waitMs).toBeGreaterThanOrEqual(5_000);
  });

  it("names the connection and the reason of what it could not deliver at level debug", async () => {
    const aws = new SimulatedAws({ rows: connections(2), answer: (id) => (id === "connection-1" ? 413 : 200) });
    await aws.invoke([notification({ users: ["user-0"] })]);
    expect(aws.log.filter(({ level }) => level === "debug")).toEqual([
      {
        level: "debug",
        code: "delivery_refused",
        fields: { messageId: "message-0", connectionId: "connection-1", reason: "payload_too_large" },
      },
      {
        level: "debug",
        code: "notification_pushed",
        fields: { messageId: "message-0", attempt: 1, delivered: 1, gone: 0, continued: 0, deadLettered: 1 },
      },
    ]);
  });

  it("logs codes, counts and ids, and neither payload nor user", async () => {
    const aws = new SimulatedAws({ rows: connections(3, { userId: "secret-user" }), answer: () => 500 });
    await aws.invoke([JSON.stringify({ data: "secret-text" }), "secret-garbage"]);
    expect(JSON.stringify(aws.log)).not.toContain("secret");
    expect(aws.log.at(-1)).toMatchObject({
      code: "pushed",
      fields: { messages: 2, malformed: 1, failed: 0 },
      values: { Delivered: 0, Continued: 3, Failed: 1 },
    });
    expect(aws.log.at(-1)?.fields).not.toHaveProperty("messageId");
  });

  it("logs the id of a message that came alone beside what became of the message", async () => {
    const aws = new SimulatedAws({ rows: connections(1) });
    await aws.invoke([notification({ users: ["user-0"] })]);
    expect(aws.log.at(-1)).toMatchObject({
      code: "pushed",
      fields: { messages: 1, messageId: "message-0" },
      values: { Delivered: 1 },
    });
  });
});
