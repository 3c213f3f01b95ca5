import fc from "fast-check";
import type { PostResult } from "../../../handlers/aws/connections-api";
import { connections, SimulatedAws } from "../../../support/simulated-aws";

const answer = fc.constantFrom<PostResult>(
  200,
  200,
  403,
  410,
  413,
  429,
  500,
  503,
  "timeout",
  "reset",
  "connect",
  400,
  404,
);
const history = fc.record({
  /** What each connection answers, try by try; the last answer stays. */
  scripts: fc.array(fc.array(answer, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 60 }),
  connectedAgoMs: fc.constantFrom(0, 5_000, 3_600_000),
  pageRows: fc.integer({ min: 1, max: 25 }),
  remainingMs: fc.constantFrom(60, 400, 3_000, 120_000),
  latencyMs: fc.constantFrom(1, 8, 150),
  segments: fc.integer({ min: 1, max: 5 }),
  functions: fc.integer({ min: 1, max: 3 }),
  toUsers: fc.boolean(),
});

describe("the delivery guarantee", () => {
  it("delivers to each connection once, finds it gone, or has a dead letter for it: whatever happens, and in time", async () => {
    await fc.assert(
      fc.asyncProperty(history, async (h) => {
        const rows = connections(h.scripts.length, { connectedAt: Date.UTC(2026, 0, 1) - h.connectedAgoMs });
        const gone = new Set<string>();
        const aws: SimulatedAws = new SimulatedAws({
          rows,
          pageRows: h.pageRows,
          latencyMs: h.latencyMs,
          settings: { deliveryConcurrency: 4, readConcurrency: 2, broadcastSegments: h.segments },
          answer: (id, tries) => {
            const script = h.scripts[Number(id.split("-")[1])] ?? [];
            const result = script[Math.min(tries, script.length) - 1] ?? 200;
            const ageMs = aws.clock.now() - Date.UTC(2026, 0, 1) + h.connectedAgoMs;
            if ((result === 410 || result === 400) && ageMs >= 10_000) gone.add(id);
            return result;
          },
        });
        const users = h.toUsers ? [...new Set(rows.map(({ userId }) => userId))] : undefined;
        const outcomes = await aws.invoke([JSON.stringify({ users, data: 1 })], h.remainingMs);
        await aws.drain({ functions: h.functions, remainingMs: h.remainingMs });

        const fates = new Map<string, string[]>(rows.map(({ connectionId }) => [connectionId, []]));
        for (const [id, count] of aws.deliveries) for (let i = 0; i < count; i++) fates.get(id)?.push("delivered");
        for (const id of gone) fates.get(id)?.push("gone");
        const unread: unknown[] = [];
        for (const { body } of aws.deadLetters) {
          const { connections: dead } = JSON.parse(body).sumu_continuation;
          if (dead === undefined) unread.push(body);
          else for (const [, id] of dead) fates.get(id)?.push("dead letter");
        }
        expect(outcomes).toEqual(["done"]);
        expect(aws.removed.filter((id) => !gone.has(id))).toEqual([]);
        for (const [id, fate] of fates) {
          // A function with hardly any time may never get as far as reading; then the unread rest is a dead letter.
          if (fate.length === 0 && unread.length > 0) continue;
          expect([id, fate.length]).toEqual([id, 1]);
        }
        expect([aws.overruns, aws.clock.pending, aws.queue]).toEqual([[], 0, []]);
      }),
      { numRuns: 200 },
    );
  });

  it("holds with history, too: a client that recovers is also served if its entry is written and its connection closed", async () => {
    const withHistory = fc.record({
      history,
      protocols: fc.array(fc.constantFrom(undefined, 2), { minLength: 1, maxLength: 5 }),
      writes: fc.array(
        fc.record({
          ms: fc.constantFrom(10, 10, 10, 6_000),
          failure: fc.constantFrom(undefined, undefined, "InternalServerError"),
        }),
        { minLength: 1, maxLength: 7 },
      ),
      closeAnswer: fc.constantFrom<PostResult>(204, 204, 410, 500),
    });
    await fc.assert(
      fc.asyncProperty(withHistory, async ({ history: h, protocols, writes, closeAnswer }) => {
        const rows = connections(h.scripts.length, { connectedAt: Date.UTC(2026, 0, 1) - h.connectedAgoMs }).map(
          (row, index) => ({ ...row, protocol: protocols[index % protocols.length] }),
        );
        const gone = new Set<string>();
        let written = 0;
        const aws: SimulatedAws = new SimulatedAws({
          rows,
          pageRows: h.pageRows,
          latencyMs: h.latencyMs,
          settings: { deliveryConcurrency: 4, readConcurrency: 2, broadcastSegments: h.segments },
          historySeconds: 60,
          historyWrite: () => writes[written++ % writes.length] ?? {},
          closeAnswer: () => closeAnswer,
          answer: (id, tries) => {
            const script = h.scripts[Number(id.split("-")[1])] ?? [];
            const result = script[Math.min(tries, script.length) - 1] ?? 200;
            if (result === 410 || result === 400) gone.add(id);
            return result;
          },
        });
        const users = h.toUsers ? [...new Set(rows.map(({ userId }) => userId))] : undefined;
        const outcomes = await aws.invoke([JSON.stringify({ users, data: 1 })], h.remainingMs);
        await aws.drain({ functions: h.functions, remainingMs: h.remainingMs });

        const letters = new Set<string>();
        let isUnread = false;
        for (const { body } of aws.deadLetters) {
          const { connections: dead } = JSON.parse(body).sumu_continuation;
          if (dead === undefined) isUnread = true;
          else for (const [, id] of dead) letters.add(id);
        }
        expect(outcomes).toEqual(["done"]);
        for (const { connectionId: id, userId, protocol } of rows) {
          const delivered = aws.deliveries.get(id) ?? 0;
          const isServed = delivered > 0 || gone.has(id) || letters.has(id) || aws.closes.includes(id);
          expect([id, isServed || isUnread]).toEqual([id, true]);
          if (protocol === undefined) expect([id, delivered <= 1]).toEqual([id, true]);
          // Closed only after the entry was written: the client finds it.
          if (aws.closes.includes(id) && protocol === 2) {
            expect(aws.history.map(({ stream }) => stream)).toContain(`user:${userId}`);
          }
          if (delivered > 0) expect(aws.history.length).toBeGreaterThan(0);
        }
        expect([aws.overruns, aws.clock.pending, aws.queue]).toEqual([[], 0, []]);
      }),
      { numRuns: 300 },
    );
  });
});
