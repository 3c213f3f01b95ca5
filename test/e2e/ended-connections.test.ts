import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser } from "playwright-core";
import { type LocalStack, startLocalStack } from "../../local/local-stack";
import { describeWithChromium, launchChromium } from "../support/chromium";
import { describeWithLocalAws, INSTALL_TIMEOUT_MILLISECONDS } from "../support/local-aws";
import type { Client } from "./client";
import { localTarget } from "./local-target";
import { Session } from "./session";
import { until } from "./until";

jest.setTimeout(120_000);

/** Enough to connect and to send a message, if the machine is not too busy. */
const TOKEN_SECONDS = 5;

/** An origin that is listed, and a server for pages of it and of another. */
async function servePages(): Promise<{ readonly server: Server; readonly port: number }> {
  const server = createServer((_request, response) => {
    response.writeHead(200, { "content-type": "text/html" }).end("<!doctype html><title>page</title>");
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return { server, port: (server.address() as AddressInfo).port };
}

describeWithLocalAws("a connection that must end", () => {
  let stack: LocalStack;
  let session: Session;
  let pages: Awaited<ReturnType<typeof servePages>>;
  beforeAll(async () => {
    pages = await servePages();
    stack = await startLocalStack({ presenceSource: "topic", allowedOrigins: [`http://localhost:${pages.port}`] });
    session = await Session.open(localTarget(stack, "topic"));
  }, INSTALL_TIMEOUT_MILLISECONDS);
  afterAll(async () => {
    await session?.close();
    await stack?.stop();
    pages?.server.close();
  });
  afterEach(() => session.closeClients());

  /** The close code, not waited for without end. */
  async function closeCode(client: Client): Promise<number> {
    let code: number | undefined;
    client.closed.then((value) => {
      code = value;
    });
    return until("the socket to close", () => code, 30_000);
  }

  const sent = (text: string) => JSON.stringify({ action: "send", message: text });

  /** A connection whose token has ended: it has sent a message before, and what it has sent since was refused. */
  async function endedConnection(
    tries = 3,
    seconds = TOKEN_SECONDS,
  ): Promise<{ user: string; token: string; client: Client }> {
    const user = session.user("ending");
    const ends = Date.now() + seconds * 1_000;
    const token = await stack.issuer.mint(user, { expiresInSeconds: seconds });
    let client: Client;
    try {
      client = await session.connectWith(token);
      await session.presenceEndsWith(user, "ONLINE");
      client.send(sent("before"));
      const answer = await client.frame((frame) => frame.includes('"ack"') || frame.includes('"error"'));
      expect(JSON.parse(answer)).toMatchObject({ type: "ack", action: "send" });
    } catch (error) {
      // The machine was so busy that the token ended first.
      if (tries > 1 && Date.now() >= ends) return endedConnection(tries - 1, seconds * 3);
      throw error;
    }

    await until("the token to end", () => Date.now() > ends + 1_000);
    for (const action of ["send", "publish"]) {
      client.send(JSON.stringify({ action, message: "after" }));
      const refusal = await client.frame((frame) => frame.includes('"error"') && frame.includes(action));
      expect(JSON.parse(refusal)).toMatchObject({ type: "error", action, reason: "connection_ended" });
    }
    // Once a minute the local DynamoDB removes rows whose time is up, and tells no stream: then nobody knows of the socket.
    const isLost = (await session.rows(user)).length === 0;
    return isLost && tries > 1 ? endedConnection(tries - 1, seconds) : { user, token, client };
  }

  it("ends with its token: nothing is delivered or accepted after it, the next notification closes the socket, OFFLINE comes once", async () => {
    const { user, token, client } = await endedConnection();
    await session.notify("queue", { users: [user], data: "too late" });
    expect(await closeCode(client)).toBe(1000);
    expect(client.frames).not.toContain('"too late"');
    await until("the row to go", async () => (await session.rows(user)).length === 0);
    expect(await session.presenceEndsWith(user, "OFFLINE")).toEqual(["ONLINE", "OFFLINE"]);
    await expect(session.connectWith(token)).rejects.toThrow("refused with 403");

    // All that its messages came to: a marker after them shows that nothing else is on its way.
    const marker = await session.connect(session.user("marker"));
    marker.send(sent("marker"));
    await until("the marker", () => session.queue.messages.some(({ body }) => body === "marker"));
    expect(session.queue.messages.filter(({ attributes }) => attributes.user_id?.[1] === user)).toMatchObject([
      { body: "before" },
    ]);
  });

  it("ends when its user's tokens are revoked, and the user comes back with a newer token only", async () => {
    const user = session.user("revoked");
    const bystander = await session.connect(session.user("bystander"));
    const old = await stack.issuer.mint(user);
    const client = await session.connectWith(old);
    const issuedBefore = Math.floor(Date.now() / 1_000) + 1;
    await session.notify("queue", { revoke: { users: [user], issued_before: issuedBefore } });
    expect(await closeCode(client)).toBe(1000);
    await expect(session.connectWith(old)).rejects.toThrow("refused with 403");

    await until("a newer second", () => Date.now() / 1_000 > issuedBefore);
    const back = await session.connect(user);
    await session.notify("queue", { users: [user], data: "welcome back" });
    await back.frame((frame) => frame === '"welcome back"');
    // An earlier time takes nothing back.
    await session.notify("queue", { revoke: { users: [user], issued_before: issuedBefore - 1_000 } });
    expect(await closeCode(back)).toBe(1000);
    await expect(session.connectWith(old)).rejects.toThrow("refused with 403");
    bystander.send(sent("still here"));
    await bystander.frame((frame) => frame.includes('"ack"'));
  });

  describeWithChromium("to a page in Chromium", () => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await launchChromium();
    });
    afterAll(() => browser?.close());

    /** Whether a page of this origin gets a connection. */
    async function connects(origin: string, token: string): Promise<boolean> {
      const page = await browser.newPage();
      await page.goto(origin);
      const isOpen = await page.evaluate(
        (url) =>
          new Promise<boolean>((resolve) => {
            const socket = new WebSocket(url);
            socket.onopen = () => resolve(true);
            socket.onclose = () => resolve(false);
          }),
        `${stack.info.websocket_url}?authorization=${token}`,
      );
      await page.close();
      return isOpen;
    }

    it("is refused to a page of another origin, and given to one of a listed origin and to what is no browser", async () => {
      const user = session.user("visitor");
      const token = await stack.issuer.mint(user);
      expect(await connects(`http://127.0.0.1:${pages.port}`, token)).toBe(false);
      expect(await session.rows(user)).toEqual([]);
      expect(await connects(`http://localhost:${pages.port}`, token)).toBe(true);
      await expect(session.connectWith(token)).resolves.toBeDefined();
    });
  });
});
