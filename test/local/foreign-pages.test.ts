import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { ListFunctionsCommand } from "@aws-sdk/client-lambda";
import { ListTopicsCommand } from "@aws-sdk/client-sns";
import { ListQueuesCommand } from "@aws-sdk/client-sqs";
import type { Browser } from "playwright-core";
import { peekQueue } from "../../local/backend/peek-queue";
import { type LocalStack, startLocalStack } from "../../local/local-stack";
import { Client } from "../e2e/client";
import { DISABLED_FEATURES, describeWithChromium, launchChromium } from "../support/chromium";
import { describeWithLocalAws, INSTALL_TIMEOUT_MILLISECONDS, startForeignMiniStack } from "../support/local-aws";
import { attack } from "./attack";

jest.setTimeout(INSTALL_TIMEOUT_MILLISECONDS);

const describeWithBoth: typeof describeWithChromium = (title, tests) =>
  describeWithLocalAws(title, () => describeWithChromium("in Chromium", tests));

describeWithBoth("a page of another origin, while npm start runs,", () => {
  let stack: LocalStack;
  let browser: Browser;
  let attacker: Server;
  let alice: Client;

  beforeAll(async () => {
    attacker = createServer((_request, response) => {
      response.writeHead(200, { "content-type": "text/html" }).end("<!doctype html><title>attacker</title>");
    }).listen(0, "127.0.0.1");
    [stack, browser] = await Promise.all([
      startLocalStack({ presenceSource: "none" }),
      launchChromium(
        // As its owner's name server does once the page is loaded.
        "--host-resolver-rules=MAP *.test 127.0.0.1",
        // Other browsers have no such check, and this one asks the user.
        `--disable-features=${[...DISABLED_FEATURES, "LocalNetworkAccessChecks", "BlockInsecurePrivateNetworkRequests"].join()}`,
      ),
    ]);
    alice = await Client.connect(stack.info.websocket_url, await stack.issuer.mint("alice"));
  }, INSTALL_TIMEOUT_MILLISECONDS);
  afterAll(async () => {
    await browser?.close();
    await stack?.stop();
    const closed = once(attacker, "close");
    attacker.close();
    attacker.closeAllConnections();
    await closed;
  });

  const ports = (): number[] =>
    [stack.info.websocket_url, stack.info.page_url, stack.info.aws_endpoint_url].map((url) =>
      Number(new URL(url).port),
    );

  /** All that a page could leave behind. */
  async function traces(): Promise<object> {
    const { dynamodb, lambda, sns, sqs, access } = stack.aws;
    const [tables, functions, topics, queues, messages] = await Promise.all([
      dynamodb.send(new ListTablesCommand({})),
      lambda.send(new ListFunctionsCommand({})),
      sns.send(new ListTopicsCommand({})),
      sqs.send(new ListQueuesCommand({})),
      peekQueue(access, stack.info.messages.queue.url),
    ]);
    return {
      tables: tables.TableNames,
      functions: functions.Functions?.map(({ FunctionName }) => FunctionName).sort(),
      topics: topics.Topics,
      queues: queues.QueueUrls?.sort(),
      messages,
      frames: [...alice.frames],
    };
  }

  async function attackFrom(origin: string, targets: readonly string[]): Promise<unknown> {
    const page = await browser.newPage();
    try {
      // Served as the attacker would, before the name means this machine.
      await page.route(`${origin}/`, (route) => route.fulfill({ contentType: "text/html", body: "<!doctype html>" }), {
        times: 1,
      });
      await page.goto(`${origin}/`);
      const { messages, notifications } = stack.info;
      const queues = [messages.queue.url, notifications.queue.url];
      return await page.evaluate(attack, { targets: [...targets], queues });
    } finally {
      await page.close();
    }
  }

  it.each([
    ["127.0.0.1", "127.0.0.1"],
    ["localhost", "localhost"],
    ["attacker.test", "127.0.0.1"],
    ["attacker.test", "localhost"],
  ])("on %s reaches nothing at %s: no answer, no function, no table, no message, no token", async (own, target) => {
    const before = await traces();
    const { port } = attacker.address() as AddressInfo;
    const targets = ports().map((one) => `${target}:${one}`);
    expect(await attackFrom(`http://${own}:${port}`, targets)).toEqual([]);
    expect(await traces()).toEqual(before);
  });

  it("would make a function in a MiniStack without a guard", async () => {
    const unguarded = await startForeignMiniStack();
    try {
      const { host } = new URL(unguarded.endpoint);
      const { port } = attacker.address() as AddressInfo;
      expect(await attackFrom(`http://127.0.0.1:${port}`, [host])).toContain("cors function: 201");
    } finally {
      await unguarded.stop();
    }
  });

  it("reaches nothing by a name of its own that means this machine (DNS rebinding)", async () => {
    const before = await traces();
    for (const port of ports()) {
      expect(await attackFrom(`http://rebound.test:${port}`, [`rebound.test:${port}`])).toEqual([]);
    }
    expect(await traces()).toEqual(before);
  });
});
