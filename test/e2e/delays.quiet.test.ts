import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { connect as connectTcp } from "node:net";
import { ApiGatewayManagementApiClient, PostToConnectionCommand } from "@aws-sdk/client-apigatewaymanagementapi";
import { type LocalStack, startLocalStack } from "../../local/local-stack";
import { describeWithLocalAws, INSTALL_TIMEOUT_MILLISECONDS } from "../support/local-aws";
import { atOnce } from "./at-once";
import { Bystander, type Delays } from "./bystander";
import { describePythonClient } from "./describe-python-client";
import { localTarget } from "./local-target";
import { Session } from "./session";
import { until } from "./until";

jest.setTimeout(180_000);

/** Alone, a bystander waits 30 ms. The machine is shared with the hostile client itself, the emulator and all functions. */
const MEDIAN_MILLISECONDS = 1_000;
/** A notification behind a batch that waited for another connection took 13,400. */
const SLOWEST_MILLISECONDS = 5_000;

describeWithLocalAws("one SUMU on this machine, by the clock on the wall", () => {
  let stack: LocalStack;
  beforeAll(async () => {
    stack = await startLocalStack({
      presenceSource: "topic",
      // With channels, each connection that closes costs the emulator a message: here, a thousand at once.
      inputs: { channels: null },
      limits: { bufferedBytes: 256 * 1_024 },
    });
  }, INSTALL_TIMEOUT_MILLISECONDS);
  afterAll(() => stack?.stop());

  describe("serves clients that others have written:", () => describePythonClient(() => stack));

  describe("a hostile client costs others nothing:", () => {
    let session: Session;
    let bystander: Bystander;
    let gatewayPid: number;
    beforeAll(async () => {
      session = await Session.open(localTarget(stack, "topic"));
      bystander = await Bystander.join(session);
      gatewayPid = stack.gateway.pid;
    });
    afterAll(() => session?.close());
    afterEach(() => expect(stack.gateway.pid).toBe(gatewayPid));

    function expectUnfelt(delays: Delays): void {
      for (const { median, slowest } of Object.values(delays)) {
        expect(median).toBeLessThan(MEDIAN_MILLISECONDS);
        expect(slowest).toBeLessThan(SLOWEST_MILLISECONDS);
      }
    }

    it("one that floods, faster than its frames are served", async () => {
      const flooders = await Promise.all([1, 2, 3].map((count) => session.connect(session.user(`flooder-${count}`))));
      const pings = 1_000;
      const messages = 200;
      for (const flooder of flooders) {
        for (let count = 0; count < pings; count++) flooder.send('{"action":"ping"}');
        for (let count = 0; count < messages; count++) flooder.send('{"action":"send","message":"flood"}');
      }
      const served = Promise.all(flooders.map((flooder) => flooder.received(pings + messages, 30_000)));
      expectUnfelt(await bystander.during(served));
      for (const { frames } of flooders) {
        expect(frames.filter((frame) => frame.startsWith('{"type":"pong"'))).toHaveLength(pings);
        expect(frames.filter((frame) => frame.startsWith('{"type":"ack"'))).toHaveLength(messages);
      }
    });

    it("one that sends garbage: text that is no JSON, JSON that is no frame, bytes that are no WebSocket", async () => {
      const garbage = [
        "",
        "{",
        "null",
        "[[[".repeat(5_000),
        `${'{"a":'.repeat(5_000)}1${"}".repeat(5_000)}`,
        '{"action":{"$connect":1}}',
        '{"action":"$connect"}',
        '{"action":"$default"}',
        '{"action":"__proto__","message":1}',
        '{"action":"send","action":"nope"}',
        "\u0000\ufffd",
      ];
      const client = await session.connect(session.user("garbage"));
      const texts = Promise.resolve().then(async () => {
        for (let round = 0; round < 20; round++) for (const text of garbage) client.send(text);
        return client.received(20 * garbage.length);
      });
      const bytes = atOnce(8, 100, () => writeGarbage(stack.info.websocket_url, session));
      expectUnfelt(await bystander.during(Promise.all([texts, bytes])));
      const messages = client.frames.map((frame) => JSON.parse(frame).message);
      expect([...new Set(messages)]).toEqual(["Forbidden"]);
    });

    it("one that opens and drops 1,000 connections, many of them in the middle of the handshake", async () => {
      const users = Array.from({ length: 20 }, (_user, index) => session.user(`dropper-${index}`));
      const tokens = await Promise.all(users.map((user) => session.target.mint(user)));
      // A connection that ends at once may leave no presence: each user is online until the storm is over.
      const kept = await Promise.all(users.map((user) => session.connect(user)));
      // Each costs about 0.05 s of CPU here, which functions and emulator share. More at once would measure this machine.
      const storm = atOnce(4, 1_000, async (index) => {
        const token = tokens[index % tokens.length] ?? "";
        if (index % 2 === 0) (await session.connectWith(token)).terminate();
        else await abandonHandshake(stack.info.websocket_url, token);
      });
      expectUnfelt(await bystander.during(storm));
      for (const client of kept) client.terminate();
      await until("every row to go", async () => {
        const rows = await Promise.all(users.map((user) => session.rows(user)));
        return rows.every(({ length }) => length === 0);
      });
      await Promise.all(users.map((user) => session.presenceEndsWith(user, "OFFLINE")));
    });

    it("one that never reads, whom 10 MB of notifications wait for", async () => {
      const user = session.user("deaf");
      const deaf = await session.connect(user);
      const [connectionId] = await session.rows(user);
      deaf.stopReading();
      // This is more than the network and the gateway store for one connection.
      const flood = async (): Promise<void> => {
        for (let count = 0; count < 100; count++) {
          await session.notify("queue", { users: [user], data: "x".repeat(100_000) });
        }
      };
      expectUnfelt(await bystander.during(flood()));
      const management = new ApiGatewayManagementApiClient({
        endpoint: stack.info.websocket_url.replace("ws:", "http:"),
        region: stack.info.region,
        credentials: stack.aws.access.credentials,
        maxAttempts: 1,
      });
      const Data = Buffer.alloc(100_000, "x");
      const post = management.send(new PostToConnectionCommand({ ConnectionId: connectionId, Data }));
      await expect(post).rejects.toMatchObject({ name: "LimitExceededException", $metadata: { httpStatusCode: 429 } });
      management.destroy();
      // The pusher has put the posts that failed into the queue again, so no function waits for them.
      expectUnfelt(await bystander.during(Promise.resolve()));
      expect(deaf.frames).toEqual([]);
    });
  });
});

/** A handshake, then bytes that no WebSocket client sends; resolves when the gateway has cut the connection. */
async function writeGarbage(websocketUrl: string, session: Session): Promise<void> {
  const token = await session.target.mint(session.user("bytes"));
  const socket = await beginHandshake(websocketUrl, token);
  await once(socket, "data");
  socket.write(randomBytes(1_024));
  socket.resume();
  await once(socket, "close");
}

/** Closes the connection before the gateway has answered. */
async function abandonHandshake(websocketUrl: string, token: string): Promise<void> {
  (await beginHandshake(websocketUrl, token)).destroy();
}

async function beginHandshake(websocketUrl: string, token: string): Promise<ReturnType<typeof connectTcp>> {
  const { hostname, port, host, pathname } = new URL(websocketUrl);
  const socket = connectTcp(Number(port), hostname);
  socket.on("error", () => {});
  await once(socket, "connect");
  const lines = [
    `GET ${pathname}?authorization=${token} HTTP/1.1`,
    `Host: ${host}`,
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    `Sec-WebSocket-Key: ${randomBytes(16).toString("base64")}`,
  ];
  await new Promise<void>((resolve) => socket.write(`${lines.join("\r\n")}\r\n\r\n`, () => resolve()));
  return socket;
}
