import { type LocalStack, startLocalStack } from "../../local/local-stack";
import { describeWithLocalAws, INSTALL_TIMEOUT_MILLISECONDS } from "../support/local-aws";
import { atOnce } from "./at-once";
import { itTellsDevices } from "./behaviours";
import type { Client } from "./client";
import { itRecovers } from "./describe-recovery";
import { localTarget } from "./local-target";
import { Session } from "./session";
import { until } from "./until";

jest.setTimeout(120_000);

describeWithLocalAws("SUMU on one machine, presence to the topic", () => {
  let stack: LocalStack;
  beforeAll(async () => {
    stack = await startLocalStack({ presenceSource: "topic" });
  }, INSTALL_TIMEOUT_MILLISECONDS);
  afterAll(() => stack?.stop());

  // In a block of their own: jest ends the inner one, and its session, before the stack.
  describe("in a storm", () => {
    let session: Session;
    beforeAll(async () => {
      session = await Session.open(localTarget(stack, "topic"));
    });
    afterAll(() => session?.close());
    afterEach(() => session.closeClients());

    it("of 300 users who reconnect three times each, loses no row, and presence ends true", async () => {
      const users = Array.from({ length: 300 }, (_user, index) => session.user(`stormy-${index}`));
      const tokens = await Promise.all(users.map((user) => session.target.mint(user)));
      const clients = new Map<string, Client>();
      await atOnce(16, 4 * users.length, async (turn) => {
        const user = users[turn % users.length] ?? "";
        const previous = clients.get(user);
        // Alternates: the new device comes after the old device has gone, or before.
        if (turn % 2 === 0) await previous?.close();
        clients.set(user, await session.connectWith(tokens[turn % users.length]));
        if (turn % 2 === 1) await previous?.close();
      });
      await until("the rows of the old devices to go", async () => {
        const rows = await Promise.all(users.map((user) => session.rows(user)));
        return rows.every(({ length }) => length === 1);
      });
      await session.presenceOfAllEndsWith(users, "ONLINE", 30_000);
      await session.notify("queue", { users, data: "after the storm" });
      await Promise.all([...clients.values()].map((client) => client.received(1, 30_000)));

      await Promise.all([...clients.values()].map((client) => client.close()));
      for (const changes of (await session.presenceOfAllEndsWith(users, "OFFLINE", 30_000)).values()) {
        expect(changes).toEqual(changes.map((_, index) => (index % 2 === 0 ? "ONLINE" : "OFFLINE")));
      }
      expect((await Promise.all(users.map((user) => session.rows(user)))).flat()).toEqual([]);
    });

    it("of a gateway that is killed in the middle of a broadcast, loses no notification for who has come back, no row stays, and presence is true", async () => {
      const users = Array.from({ length: 20 }, (_user, index) => session.user(`user-${index}`));
      const before = await Promise.all(users.map((user) => session.connect(user)));
      await Promise.all(users.map((user) => session.presenceEndsWith(user, "ONLINE")));
      const back = users.slice(0, 10);
      const gone = users.slice(10);

      for (let count = 0; count < 10; count++) await session.notify("queue", { data: count });
      await Promise.race(before.map((client) => client.received(1)));
      const { pid } = stack.gateway;
      process.kill(pid, "SIGKILL");
      await until("another gateway", () => stack.gateway.pid !== pid);
      await stack.gateway.ready();

      const after = await Promise.all(back.map((user) => session.connect(user)));
      await session.notify("queue", { users, data: "back" });
      await Promise.all(after.map((client) => until("the notification", () => client.frames.includes('"back"'))));
      for (const client of after) expect(client.frames.filter((frame) => frame === '"back"')).toHaveLength(1);

      // A row this young may belong to a handshake, so the pusher tries again until it is ten seconds old.
      await until(
        "the rows of the lost connections to go",
        async () => {
          const rows = await Promise.all(users.map((user) => session.rows(user)));
          return rows.every(({ length }, index) => length === (index < back.length ? 1 : 0));
        },
        60_000,
      );
      await Promise.all([
        ...back.map((user) => session.presenceEndsWith(user, "ONLINE")),
        ...gone.map((user) => session.presenceEndsWith(user, "OFFLINE")),
      ]);
    });
  });
});

describeWithLocalAws("SUMU on one machine, presence to the queue", () => {
  let stack: LocalStack;
  let session: Session;
  beforeAll(async () => {
    stack = await startLocalStack({ presenceSource: "queue" });
    session = await Session.open(localTarget(stack, "queue"));
  }, INSTALL_TIMEOUT_MILLISECONDS);
  afterAll(async () => {
    await session?.close();
    await stack?.stop();
  });

  itTellsDevices(() => session);

  itRecovers(() => session);
});
