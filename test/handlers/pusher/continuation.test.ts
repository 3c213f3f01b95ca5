import fc from "fast-check";
import { continuationDelaySeconds } from "../../../handlers/pusher/attempts";
import type { Audience } from "../../../handlers/pusher/notification";
import { continuationBodies } from "../../../handlers/pusher/write-continuation";
import { parseNotification } from "../support/parse-notification";

const id = fc.string({ unit: "grapheme", minLength: 1, maxLength: 30 });
const after = fc.option(fc.record({ user_id: fc.record({ S: id }), connection_id: fc.record({ S: id }) }), {
  nil: undefined,
});
const remainder = fc.oneof<fc.Arbitrary<Audience>[]>(
  fc.record({
    kind: fc.constant("connections" as const),
    connections: fc.array(
      fc.record({
        userId: id,
        connectionId: id,
        connectedAt: fc.nat(),
        protocol: fc.constantFrom(undefined, 2),
        endsAt: fc.option(fc.integer({ min: 1_700_000_000, max: 1_800_000_000 }), { nil: undefined }),
      }),
      { minLength: 1 },
    ),
  }),
  fc.record({ kind: fc.constant("users" as const), users: fc.uniqueArray(id, { minLength: 1 }), after }),
  fc.record({
    kind: fc.constant("everyone" as const),
    segment: fc.option(
      fc.nat(7).map((index) => ({ index, count: 8 })),
      { nil: undefined },
    ),
    after,
  }),
);
const notification = fc.record({
  id: fc.string({ minLength: 1 }),
  keep: fc.constantFrom(undefined, false as const),
  data: fc.jsonValue().map((value) => JSON.stringify(value)),
  excludedUsers: fc.array(id).map((users) => new Set(users)),
  sentAt: fc.option(fc.nat(), { nil: undefined }),
});

/** What is left of a notification to a channel. */
const channelRemainder = fc.oneof<fc.Arbitrary<Audience>[]>(
  fc.record({ kind: fc.constant("channel" as const), after, until: after }),
  fc.record({
    kind: fc.constant("connections" as const),
    readAt: fc.option(fc.nat(), { nil: undefined }),
    connections: fc.array(
      fc.record({ userId: id, connectionId: id, connectedAt: fc.nat(), protocol: fc.constant(2) }),
      { minLength: 1 },
    ),
  }),
);
const toChannel = fc.record({
  id: fc.string({ unit: fc.constantFrom(..."!az09~-"), minLength: 1 }),
  keep: fc.constantFrom(undefined, false as const),
  data: fc.jsonValue().map((value) => JSON.stringify(value)),
  excludedUsers: fc.array(id).map((users) => new Set(users)),
  sentAt: fc.option(fc.nat(), { nil: undefined }),
  channel: fc.constantFrom("room:42", "*not*".replaceAll("*", "x"), "n".repeat(128)),
  from: fc.option(id, { nil: undefined }),
});

describe("continuationBodies", () => {
  it("says of a notification to a channel what is left, never with `data` at the top", () => {
    fc.assert(
      fc.property(toChannel, channelRemainder, fc.integer({ min: 1, max: 5 }), (source, left, attempt) => {
        for (const body of continuationBodies(source, left, attempt)) {
          expect(Object.keys(JSON.parse(body))).toEqual(["notification", "sumu_continuation"]);
          const parsed = parseNotification(body, { isContinuation: true });
          const { mustFitEnvelope, refusals, audience, ...read } = parsed;
          expect(read).toEqual({ ...source, attempt });
          if (left.kind === "channel") expect(audience).toEqual(left);
          else
            expect(audience).toMatchObject({
              kind: "connections",
              readAt: left.kind === "connections" ? left.readAt : 0,
            });
        }
      }),
      { numRuns: 300 },
    );
  });

  it("says of any notification what is left, as parseNotification reads it", () => {
    fc.assert(
      fc.property(notification, remainder, fc.integer({ min: 1, max: 5 }), (source, left, attempt) => {
        const parsed = continuationBodies(source, left, attempt).map((body) =>
          parseNotification(body, { isContinuation: true }),
        );
        for (const { id, keep, data, attempt: read, sentAt } of parsed) {
          expect([id, keep, data, read, sentAt]).toEqual([source.id, source.keep, source.data, attempt, source.sentAt]);
        }
        const audiences = parsed.map(({ audience }) => audience);
        if (left.kind === "everyone") {
          expect(audiences).toEqual([left]);
          expect(parsed[0]?.excludedUsers).toEqual(source.excludedUsers);
        } else if (left.kind === "connections") {
          const read = audiences.flatMap((audience) => (audience.kind === "connections" ? audience.connections : []));
          expect(read.map((each) => JSON.stringify(each)).sort()).toEqual(
            left.connections.map((each) => JSON.stringify(each)).sort(),
          );
        } else if (left.kind === "users") {
          expect(audiences.flatMap((audience) => (audience.kind === "users" ? audience.users : []))).toEqual(
            left.users,
          );
          expect(audiences[0]).toMatchObject({ kind: "users", after: left.after });
        }
      }),
      { numRuns: 300 },
    );
  });

  it("cuts what is left into messages that fit the queue, whatever the data takes of them", () => {
    const connections = Array.from({ length: 20_000 }, (_, index) => ({
      userId: `ünïcödé-user-${index}`,
      connectionId: `L0SM9cOFvHcCIhw${index}=`,
      connectedAt: 1_767_312_000_000,
    }));
    const source = { data: JSON.stringify("é".repeat(60_000)), excludedUsers: new Set<string>() };
    const bodies = continuationBodies(source, { kind: "connections", connections }, 2);
    expect(bodies.length).toBeGreaterThan(5);
    expect(Math.max(...bodies.map((body) => Buffer.byteLength(body)))).toBeLessThanOrEqual(256 * 1024);
    const read = bodies.flatMap((body) => {
      const { audience } = parseNotification(body, { isContinuation: true });
      return audience.kind === "connections" ? audience.connections : [];
    });
    expect(read).toEqual(connections);
  });

  it("counts the time of a dead letter from its redrive", () => {
    const source = { data: "1", excludedUsers: new Set<string>(), sentAt: 1_000 };
    const [letter = ""] = continuationBodies(source, { kind: "everyone" }, 1, "throttled");
    expect(parseNotification(letter, { sentAt: 9_000, isContinuation: true }).sentAt).toBe(9_000);
    const [continuation = ""] = continuationBodies(source, { kind: "everyone" }, 1);
    expect(parseNotification(continuation, { sentAt: 9_000, isContinuation: true }).sentAt).toBe(1_000);
  });

  it("rejects a notification that fills a message by itself", () => {
    const excludedUsers = new Set(Array.from({ length: 10_000 }, (_, index) => `user-with-a-long-id-${index}`));
    expect(() => continuationBodies({ data: '"x"', excludedUsers }, { kind: "everyone" }, 1)).toThrow(RangeError);
  });
});

describe("continuationDelaySeconds", () => {
  it.each([
    [2, 5, 10],
    [3, 15, 30],
    [4, 45, 90],
    [5, 135, 270],
  ])("has attempt %i wait from %i to %i s", (attempt, shortest, longest) => {
    expect(continuationDelaySeconds(attempt, () => 0)).toBe(shortest);
    expect(continuationDelaySeconds(attempt, () => 1)).toBe(longest);
  });
});

describe("the id in a continuation", () => {
  it("is that of the message when a version wrote it that knew of no ids", () => {
    const body = '{"data":1,"sumu_continuation":{"attempt":2,"connections":[["a","c",0]]}}';
    expect(parseNotification(body, { id: "continuation", isContinuation: true }).id).toBe("continuation");
  });

  it("leaves a version that knows of no protocols a list that it can read", () => {
    const connection = { userId: "a", connectionId: "c", connectedAt: 7, protocol: 2, endsAt: 1_700_000_000 };
    const source = { id: "order-17", data: "1", excludedUsers: new Set<string>() };
    const [body = ""] = continuationBodies(source, { kind: "connections", connections: [connection] }, 2);
    expect(JSON.parse(body)).toEqual({
      data: 1,
      sumu_continuation: {
        attempt: 2,
        id: "order-17",
        protocol: 2,
        connections: [["a", "c", 7]],
        ends_at: [1_700_000_000],
      },
    });
  });
});
