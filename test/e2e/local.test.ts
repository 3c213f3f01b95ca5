import { type LocalStack, startLocalStack } from "../../local/local-stack";
import { describeWithLocalAws, INSTALL_TIMEOUT_MILLISECONDS } from "../support/local-aws";
import { itTellsDevices } from "./behaviours";
import { localTarget } from "./local-target";
import { Session } from "./session";
import { until } from "./until";

jest.setTimeout(60_000);

describeWithLocalAws("SUMU on one machine, presence to the topic", () => {
  let stack: LocalStack;
  beforeAll(async () => {
    stack = await startLocalStack({ presenceSource: "topic" });
  }, INSTALL_TIMEOUT_MILLISECONDS);
  afterAll(() => stack?.stop());

  describe("when the gateway is killed in the middle of a broadcast", () => {
    let session: Session;
    beforeAll(async () => {
      session = await Session.open(localTarget(stack, "topic"));
    });
    afterAll(() => session?.close());

    it("loses no notification for who has come back, no row stays, and presence is true", async () => {
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

      // A row this young may be a handshake's: the pusher asks again until it is ten seconds old.
      await until(
        "the rows of the lost connections to go",
        async () => {
          const rows = await Promise.all(users.map((user) => session.rows(user)));
          return rows.every(({ length }, index) => length === (index < back.length ? 1 : 0));
        },
        40_000,
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
});
