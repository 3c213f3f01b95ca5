import { seededRandom } from "../../../support/seeded-random";
import { connections, SimulatedAws } from "../../../support/simulated-aws";
import { broadcastPast, SLOW_CONSUMERS } from "../../../support/slow-consumers";

const START = Date.UTC(2026, 0, 1);

describe("connections that do not read", () => {
  it.each(Object.entries(SLOW_CONSUMERS))(
    "delay the others by less than half of what they wait anyway: %s",
    async (_, rows) => {
      const none = await broadcastPast(rows(), { everybodyReads: true });
      const some = await broadcastPast(rows());
      expect(some.p99Ms / none.p99Ms).toBeLessThan(1.5);
      expect(some.mostPosts).toBeLessThanOrEqual(5);
    },
  );
});

/** Ten users, each with two connections. */
const toAll = '{"data":"hi"}';
const to = (...users: string[]) => JSON.stringify({ users, data: "hi" });

/** Every dead letter's connections, with its reason. */
const letters = ({ deadLetters }: SimulatedAws) =>
  deadLetters.flatMap(({ body, reason }) =>
    JSON.parse(body).sumu_continuation.connections.map(([, connectionId]: string[]) => [connectionId, reason]),
  );

/** Lets the queue's messages be handled, each when it is due, and returns the posts of each invocation to a connection. */
async function postsByInvocation(aws: SimulatedAws, connectionId: string): Promise<number[]> {
  const posts = [aws.posts.get(connectionId) ?? 0];
  for (let next = aws.queue.shift(); next !== undefined; next = aws.queue.shift()) {
    await aws.clock.drive(aws.clock.sleep(next.availableAt - aws.clock.now()));
    const before = aws.posts.get(connectionId) ?? 0;
    await aws.invoke([next]);
    posts.push((aws.posts.get(connectionId) ?? 0) - before);
  }
  return posts;
}

describe("one connection that never reads", () => {
  const stuck = (id: string) => (id === "connection-0" ? 429 : 200);

  it("costs one post an attempt, five a notification, and is then closed, which one dead letter says", async () => {
    const aws = new SimulatedAws({ rows: connections(20), answer: stuck });
    await aws.invoke([toAll]);
    expect(await postsByInvocation(aws, "connection-0")).toEqual([1, 1, 1, 1, 1]);
    expect([aws.closes, letters(aws)]).toEqual([["connection-0"], [["connection-0", "slow_consumer"]]]);
    expect(aws.log.filter(({ code }) => code === "slow_consumer_closed")).toEqual([
      {
        level: "warn",
        code: "slow_consumer_closed",
        // The fifth attempt is a message of its own in the queue.
        fields: { messageId: "continuation-5-0", connectionId: "connection-0" },
      },
    ]);
  });

  it("does not hold the function: what else there is to do is done after 8 ms more", async () => {
    const aws = new SimulatedAws({ rows: connections(20), answer: stuck });
    await aws.invoke([to("user-0"), to("user-1")]);
    expect(aws.clock.now() - START).toBeLessThan(50);
  });

  it("is closed once for ten notifications: the others are no dead letters", async () => {
    let isClosed = false;
    const aws: SimulatedAws = new SimulatedAws({
      rows: connections(20),
      answer: (id) => (id === "connection-0" ? (isClosed ? 410 : 429) : 200),
      closeAnswer: () => {
        isClosed = true;
        return 204;
      },
    });
    await aws.invoke(Array.from({ length: 10 }, () => toAll));
    while (aws.queue.length > 0) {
      const batch = aws.queue.splice(0, 10);
      await aws.clock.drive(
        aws.clock.sleep(Math.max(...batch.map(({ availableAt }) => availableAt)) - aws.clock.now()),
      );
      await aws.invoke(batch);
    }
    expect(aws.closes).toEqual(["connection-0"]);
    expect(letters(aws)).toEqual([["connection-0", "slow_consumer"]]);
    expect(aws.posts.get("connection-0")).toBe(50);
  });

  it("is closed though it only gets notifications of its own, when others were served shortly before", async () => {
    const aws = new SimulatedAws({ rows: connections(20), answer: stuck });
    await aws.invoke([to("user-1", "user-2", "user-3", "user-4", "user-5", "user-6", "user-7", "user-8")]);
    await aws.clock.drive(aws.clock.sleep(20_000));
    await aws.invoke([to("user-0")]);
    expect(await postsByInvocation(aws, "connection-0")).toEqual([1, 1, 1, 1, 1]);
    expect([aws.closes, letters(aws)]).toEqual([["connection-0"], [["connection-0", "slow_consumer"]]]);
  });

  it("is not closed when others were last served more than a minute ago", async () => {
    const aws = new SimulatedAws({ rows: connections(20), answer: stuck });
    await aws.invoke([to("user-1", "user-2", "user-3", "user-4", "user-5", "user-6", "user-7", "user-8")]);
    await aws.clock.drive(aws.clock.sleep(61_000));
    await aws.invoke([to("user-0")]);
    await aws.drain();
    expect([aws.closes, letters(aws)]).toEqual([[], [["connection-0", "throttled"]]]);
  });

  it("is not closed when nobody else has been served: it may be the account that throttles", async () => {
    const aws = new SimulatedAws({ rows: connections(1), answer: stuck });
    await aws.invoke([to("user-0")]);
    expect(await postsByInvocation(aws, "connection-0")).toEqual([1, 1, 1, 1, 1]);
    expect([aws.closes, letters(aws)]).toEqual([[], [["connection-0", "throttled"]]]);
  });

  it.each([[429], [403], ["timeout" as const]])(
    "is a dead letter for being throttled when the request to close it is answered %j",
    async (closeAnswer) => {
      const aws = new SimulatedAws({ rows: connections(20), answer: stuck, closeAnswer: () => closeAnswer });
      await aws.invoke([toAll]);
      await aws.drain();
      expect([aws.closes, letters(aws)]).toEqual([["connection-0"], [["connection-0", "throttled"]]]);
      expect(aws.log.find(({ code }) => code === "close_failed")?.fields).toMatchObject({
        failure: String(closeAnswer),
      });
    },
  );

  it("is no dead letter when it turns out to have left: its row is removed", async () => {
    const aws = new SimulatedAws({ rows: connections(20), answer: stuck, closeAnswer: () => 410 });
    await aws.invoke([toAll]);
    await aws.drain();
    expect([aws.removed, aws.deadLetters]).toEqual([["connection-0"], []]);
  });

  it("gets its message once it reads again, also after four refusals", async () => {
    const aws = new SimulatedAws({
      rows: connections(20),
      answer: (id, tries) => (id === "connection-0" && tries < 5 ? 429 : 200),
    });
    await aws.invoke([toAll]);
    await aws.drain();
    expect([aws.deliveries.get("connection-0"), aws.closes, aws.deadLetters]).toEqual([1, [], []]);
  });
});

describe("an account that throttles", () => {
  /** Random answers that are the same in each run. */
  const throttled = (share: number, isStuck: (id: string) => boolean = () => false) => {
    const random = seededRandom(1);
    return (id: string) => (isStuck(id) || random() < share ? 429 : 200);
  };

  it.each([0.02, 0.1, 0.3, 0.6, 0.9])("closes nobody who reads, when it refuses %d of all posts", async (share) => {
    const aws = new SimulatedAws({ rows: connections(9_000), answer: throttled(share) });
    await aws.invoke(['{"data":1}']);
    await aws.drain({ functions: 4 });
    expect(aws.closes).toEqual([]);
    expect(new Set(aws.deliveries.values())).toEqual(new Set([1]));
    expect(aws.deliveries.size + letters(aws).length).toBe(9_000);
    // The last few of a part go alone. Whether a lone connection is refused by its client or by the account, nobody can tell.
    expect(letters(aws).length).toBeLessThanOrEqual(share <= 0.3 ? 0 : 100);
  });

  it("is noticed beside connections that do not read, and none of these is closed while it lasts", async () => {
    const isStuck = (id: string) => id.endsWith("7");
    const aws = new SimulatedAws({ rows: connections(9_000), answer: throttled(0.3, isStuck) });
    await aws.invoke(['{"data":1}']);
    expect(aws.closes).toEqual([]);
    expect(aws.deliveries.size).toBeGreaterThan(8_000);
  });
});
