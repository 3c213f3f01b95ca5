import type { ConnectionRow } from "../../../handlers/pusher/connection";
import { connections, SimulatedAws, type SimulatedAwsOptions } from "../../../support/simulated-aws";

const NOW = Date.UTC(2026, 0, 1);
const DISCONNECT = JSON.stringify({ disconnect: { users: ["user-0"], reason: "signed_out" } });
const REVOKE = JSON.stringify({ revoke: { users: ["user-0", "user-1"], issued_before: 1_764_000_000 } });
const FAREWELL = '{"type":"disconnect","reason":"signed_out","reconnect":false}';

/** Four connections of two users, the second of each of protocol 2, and what they were sent. */
function simulated(options: Partial<SimulatedAwsOptions> = {}) {
  const frames: [string, string][] = [];
  const rows: ConnectionRow[] = connections(4).map((row, index) => ({
    ...row,
    protocol: index % 2 === 1 ? 2 : undefined,
  }));
  const aws = new SimulatedAws({ rows, onDelivered: (...frame) => frames.push(frame), ...options });
  return { aws, rows, frames };
}

const row = (connectionId: string, connectedAt: number): ConnectionRow => ({
  userId: "user-0",
  connectionId,
  connectedAt,
  deleteAt: connectedAt / 1_000 + 7_500,
});

describe("a request to disconnect", () => {
  it("closes each connection of the users, tells those of protocol 2 why, and removes the rows", async () => {
    const { aws, frames } = simulated();
    expect(await aws.invoke([DISCONNECT])).toEqual(["done"]);
    expect(frames).toEqual([["connection-1", FAREWELL]]);
    expect([aws.closes.sort(), aws.removed.sort()]).toEqual([
      ["connection-0", "connection-1"],
      ["connection-0", "connection-1"],
    ]);
    expect(aws.log.find(({ code }) => code === "pushed")?.fields).toMatchObject({ ended: 2 });
  });

  it("disconnects nobody when it names nobody", async () => {
    const { aws } = simulated();
    expect(await aws.invoke(['{"disconnect":{"users":[]}}'])).toEqual(["done"]);
    expect([aws.reads, aws.closes, aws.queue]).toEqual([0, [], []]);
  });

  it("follows every page of a user with many devices", async () => {
    const rows = connections(25, { userId: "user-0" });
    const aws = new SimulatedAws({ rows, pageRows: 10 });
    await aws.invoke([DISCONNECT]);
    expect(new Set(aws.closes).size).toBe(25);
  });

  it("looks again 65 s later, for a connection whose handshake was under way, and leaves one that began later", async () => {
    const { aws, rows } = simulated();
    await aws.invoke([DISCONNECT]);
    rows.push(row("handshake", NOW - 20), row("came-back", NOW + 5_000));
    expect(aws.queue.map(({ body, availableAt }) => [JSON.parse(body), availableAt >= NOW + 65_000])).toEqual([
      [
        {
          disconnect: { users: ["user-0"], reason: "signed_out" },
          sumu_continuation: { attempt: 1, until: NOW + 100 },
        },
        true,
      ],
    ]);
    await aws.drain();
    expect(aws.closes).toEqual(["connection-0", "connection-1", "handshake"]);
    expect([aws.queue, aws.deadLetters, aws.invocations]).toEqual([[], [], 2]);
  });

  it("closes a connection later whose handshake is not over, without a dead letter", async () => {
    const rows = [row("young", NOW - 1_000)];
    let isOver = false;
    const aws = new SimulatedAws({ rows, closeAnswer: () => (isOver ? 204 : 410) });
    await aws.invoke([DISCONNECT]);
    expect(aws.removed).toEqual([]);
    isOver = true;
    await aws.drain();
    expect([aws.closes, aws.removed, aws.deadLetters]).toEqual([["young", "young"], ["young"], []]);
  });

  it("removes the row of a connection that is gone", async () => {
    const { aws } = simulated({ closeAnswer: () => 410 });
    await aws.invoke([DISCONNECT]);
    await aws.drain();
    expect([aws.removed.sort(), aws.deadLetters]).toEqual([["connection-0", "connection-1"], []]);
  });

  it.each([[429], [503], ["timeout" as const], [403]])("tries again after %s, here and later", async (result) => {
    let failures = 0;
    const { aws } = simulated({ closeAnswer: () => (failures++ < 20 ? result : 204) });
    await aws.invoke([DISCONNECT]);
    expect(aws.removed).toEqual([]);
    await aws.drain();
    expect([aws.removed.sort(), aws.deadLetters]).toEqual([["connection-0", "connection-1"], []]);
  });

  it("gives up after five attempts, with the reason, and a dead letter that is sent back ends what is still open", async () => {
    let answer = 500;
    const { aws, rows } = simulated({ closeAnswer: () => answer });
    await aws.invoke([DISCONNECT]);
    await aws.drain();
    expect(aws.deadLetters.map(({ body, reason }) => [JSON.parse(body), reason])).toEqual([
      [
        {
          disconnect: { users: ["user-0"], reason: "signed_out" },
          sumu_continuation: { attempt: 1, until: NOW + 100, reason: "server_error" },
        },
        "server_error",
      ],
    ]);
    answer = 204;
    rows.push(row("came-back", NOW + 60_000));
    const before = aws.closes.length;
    await aws.invoke(aws.deadLetters);
    await aws.drain();
    expect(aws.closes.slice(before)).toEqual(["connection-0", "connection-1"]);
  });

  it("tries again only the users that could not be read", async () => {
    const { aws } = simulated({
      readFails: (userId, reads) => (userId === "user-1" && reads <= 2 ? new Error("no answer") : undefined),
    });
    await aws.invoke([JSON.stringify({ disconnect: { users: ["user-0", "user-1"] } })]);
    expect(aws.closes.sort()).toEqual(["connection-0", "connection-1"]);
    await aws.drain();
    expect(aws.closes.sort()).toEqual(["connection-0", "connection-1", "connection-2", "connection-3"]);
  });

  it("leaves to later invocations what it has no time for, and ends by its time", async () => {
    const rows = connections(2_000);
    const users = Array.from({ length: 1_000 }, (_, index) => `user-${index}`);
    const aws = new SimulatedAws({ rows });
    await aws.invoke([JSON.stringify({ disconnect: { users } })], 1_000);
    await aws.drain({ remainingMs: 1_000 });
    expect(new Set(aws.closes).size).toBe(2_000);
    expect([aws.overruns, aws.deadLetters]).toEqual([[], []]);
  });

  it("reports the message as failed when no queue takes what is left", async () => {
    const { aws } = simulated({ sendFails: () => true });
    expect(await aws.invoke([DISCONNECT])).toEqual(["failed"]);
  });

  it("logs neither user nor the backend's reason", async () => {
    const { aws } = simulated();
    await aws.invoke([DISCONNECT]);
    expect(JSON.stringify(aws.log)).not.toMatch(/user-0|signed_out/);
  });
});

describe("a request to revoke", () => {
  it("is refused where there is no table of revocations, and disconnects nobody", async () => {
    const { aws } = simulated();
    expect(await aws.invoke([REVOKE])).toEqual(["done"]);
    expect(aws.deadLetters.map(({ body, reason }) => [body, reason])).toEqual([[REVOKE, "revocations_not_enabled"]]);
    expect(aws.closes).toEqual([]);
  });

  it("writes the revocations, and then ends the connections", async () => {
    const { aws, frames } = simulated({ hasRevocations: true });
    await aws.invoke([REVOKE]);
    expect([...aws.revoked]).toEqual([
      ["user-0", 1_764_000_000],
      ["user-1", 1_764_000_000],
    ]);
    expect(aws.closes).toHaveLength(4);
    expect(new Set(frames.map(([, text]) => text))).toEqual(
      new Set(['{"type":"disconnect","reason":"revoked","reconnect":false}']),
    );
    await aws.drain();
    expect(aws.deadLetters).toEqual([]);
  });

  it("ends no connection of a user whose revocation is not written, and writes it later", async () => {
    let failures = 0;
    const { aws } = simulated({
      hasRevocations: true,
      revokeFails: (userId) => (userId === "user-1" && failures++ < 2 ? new Error("no answer") : undefined),
    });
    await aws.invoke([REVOKE]);
    expect([[...aws.revoked.keys()], aws.closes.sort()]).toEqual([["user-0"], ["connection-0", "connection-1"]]);
    await aws.drain();
    expect([[...aws.revoked.keys()], aws.closes.length, aws.deadLetters]).toEqual([["user-0", "user-1"], 4, []]);
  });

  it("gives up after five attempts, and the dead letter can be sent back", async () => {
    let isDown = true;
    const { aws } = simulated({
      hasRevocations: true,
      revokeFails: () => (isDown ? Object.assign(new Error("no"), { code: "AccessDeniedException" }) : undefined),
    });
    await aws.invoke([REVOKE]);
    await aws.drain();
    expect(aws.deadLetters.map(({ reason }) => reason)).toEqual(["AccessDeniedException"]);
    isDown = false;
    await aws.invoke(aws.deadLetters);
    expect([aws.revoked.size, aws.closes.length]).toEqual([2, 4]);
  });
});
