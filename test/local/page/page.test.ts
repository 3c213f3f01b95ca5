import type { Browser, BrowserContext, Locator, Page } from "playwright-core";
import { type LocalStack, startLocalStack } from "../../../local/local-stack";
import { Client } from "../../e2e/client";
import { describeWithChromium, launchChromium } from "../../support/chromium";
import { describeWithLocalAws, INSTALL_TIMEOUT_MILLISECONDS } from "../../support/local-aws";

jest.setTimeout(60_000);

const describeWithBoth: typeof describeWithChromium = (title, tests) =>
  describeWithLocalAws(title, () => describeWithChromium("in Chromium", tests));

describeWithBoth("the page", () => {
  let stack: LocalStack;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let consoleErrors: string[];

  beforeAll(async () => {
    [stack, browser] = await Promise.all([startLocalStack({ presenceSource: "queue" }), launchChromium()]);
    context = await browser.newContext();
    context.setDefaultTimeout(30_000);
    page = await context.newPage();
    page.on("console", (message) => {
      if (message.type() === "error") consoleErrors.push(message.text());
    });
    page.on("pageerror", (error) => consoleErrors.push(String(error)));
  }, INSTALL_TIMEOUT_MILLISECONDS);
  afterAll(async () => {
    await browser?.close();
    await stack?.stop();
  });

  beforeEach(async () => {
    consoleErrors = [];
    await page.setViewportSize({ width: 1280, height: 720 });
    // The page keeps nothing: loaded anew, it is as in a new tab, which would take several times the CPU.
    await page.goto(stack.info.page_url);
    await page.getByText(`Connected to ${stack.info.websocket_url}`).waitFor();
  });
  afterEach(async () => {
    // Closes the page's connections.
    await page.goto("about:blank");
    expect(consoleErrors).toEqual([]);
  });

  /** Connects one more device of a user and returns its card. */
  async function connect(user: string): Promise<Locator> {
    const clients = page.getByRole("article", { name: new RegExp(`^Client of ${user}(, device \\d+)?$`) });
    const before = await clients.count();
    await page.getByLabel("User", { exact: true }).fill(user);
    await page.getByRole("button", { name: "Connect", exact: true }).click();
    const client = clients.nth(before);
    await client.getByText("connected", { exact: true }).waitFor();
    return client;
  }

  /** Connects a device of protocol 2, and waits until it has its place in the history. */
  async function connectWithProtocol2(user: string): Promise<Locator> {
    await page.getByLabel("Protocol 2").check();
    const client = await connect(user);
    await page.getByLabel("Protocol 2").uncheck();
    await client.getByText('"complete":true').waitFor();
    return client;
  }

  /** The texts of the frames on a card, once there are so many. */
  async function frames(client: Locator, count: number): Promise<string[]> {
    const entries = client.getByRole("log", { name: /^Frames of / }).locator("li");
    await entries.nth(count - 1).waitFor();
    return entries.locator("code").allTextContents();
  }

  async function notify(fields: { users?: string; exclude?: string; data: string }): Promise<void> {
    const form = page.locator("#notify");
    await form
      .getByLabel(fields.users === undefined ? "Everybody" : "Users", { exact: true })
      .first()
      .check();
    if (fields.users !== undefined) await form.locator("#users").fill(fields.users);
    await form.getByLabel("But not").fill(fields.exclude ?? "");
    await form.getByLabel("Data (JSON)").fill(fields.data);
    await form.getByRole("button", { name: "Send notification" }).click();
  }

  it("shows what a client sends, what it hears back, and what backends receive", async () => {
    const alice = await connect("alice");
    await alice.getByRole("button", { name: "Ping" }).click();
    const [ping, pong = ""] = await frames(alice, 2);
    expect(ping).toBe('{"action":"ping"}');
    expect(JSON.parse(pong)).toEqual({ type: "pong", statusCode: 200, connectionId: expect.any(String) });

    await alice.getByLabel("Message").fill('he said "hi" & left');
    await alice.getByRole("button", { name: "Send to queue" }).click();
    const [, , sent, ack = ""] = await frames(alice, 4);
    expect(sent).toBe(JSON.stringify({ action: "send", message: 'he said "hi" & left' }));
    expect(JSON.parse(ack)).toEqual({ type: "ack", action: "send", requestId: expect.any(String) });

    await alice.getByLabel("Message").fill('{"published":[1]}');
    await alice.getByRole("button", { name: "Publish to topic" }).click();
    const received = page.getByRole("log", { name: "What backends receive" }).locator("li");
    const entry = (text: string) => received.filter({ has: page.locator("code", { hasText: text }) });
    await entry('he said "hi" & left').waitFor();
    await entry('{"published":[1]}').waitFor();
    expect(await entry('he said "hi" & left').locator(".details").textContent()).toBe("apigw.route.send · alice");
    expect(await entry('{"published":[1]}').locator(".details").textContent()).toBe("apigw.route.publish · alice");
  });

  it("shows every message in each of two tabs", async () => {
    const second = await context.newPage();
    await second.goto(stack.info.page_url);
    await second.getByText(`Connected to ${stack.info.websocket_url}`).waitFor();
    const ivan = await connect("ivan");
    for (const text of ["first", "second", "third"]) {
      await ivan.getByLabel("Message").fill(`the ${text} of ivan`);
      await ivan.getByRole("button", { name: "Publish to topic" }).click();
    }
    for (const tab of [page, second]) {
      for (const text of ["first", "second", "third"]) {
        await tab.getByRole("log", { name: "What backends receive" }).getByText(`the ${text} of ivan`).waitFor();
      }
    }
    await second.close();
  });

  it("says what to do when it is opened without the key of the run", async () => {
    const other = await context.newPage();
    await other.goto(new URL("/", stack.info.page_url).href);
    await other
      .getByRole("status")
      .getByText('the key of this run is missing: open the whole address that "npm start" printed')
      .waitFor();
    await other.close();
  });

  it("notifies selected users, all of their devices, and everybody but some", async () => {
    const [phone, laptop, other] = [await connect("carol"), await connect("carol"), await connect("dave")];
    await notify({ users: "carol", data: '{"for":"carol"}' });
    await page
      .locator("#notify")
      .getByRole("status")
      .getByText(/^Sent at /)
      .waitFor();
    expect(await frames(phone, 1)).toEqual(['{"for":"carol"}']);
    expect(await frames(laptop, 1)).toEqual(['{"for":"carol"}']);
    await notify({ exclude: "carol", data: '"all but carol"' });
    expect(await frames(other, 1)).toEqual(['"all but carol"']);
    expect(await frames(phone, 1)).toEqual(['{"for":"carol"}']);
  });

  it("shows envelopes to a client of protocol 2, and closes a user's connections", async () => {
    const grace = await connectWithProtocol2("grace");
    // First it asks for its place in the history. The acknowledgement and the answer come in any order.
    const before = await frames(grace, 3);
    await notify({ users: "grace", data: '{"for":"grace"}' });
    const frame = (await frames(grace, 4)).at(3) ?? "";
    expect(JSON.parse(frame)).toEqual({
      type: "notification",
      id: expect.any(String),
      cursor: expect.any(String),
      data: { for: "grace" },
    });
    const form = page.locator("#end");
    await form.getByLabel("Whose connections").fill("grace");
    await form.getByRole("button", { name: "Close their connections" }).click();
    const disconnect = '{"type":"disconnect","reason":"signed_out","reconnect":false}';
    expect(await frames(grace, 5)).toEqual([...before, frame, disconnect]);
    await grace.getByText("closed", { exact: true }).waitFor();
  });

  it("shows what a client of protocol 2 has missed when it connects again", async () => {
    const heidi = await connectWithProtocol2("heidi");
    await heidi.getByRole("button", { name: "Disconnect" }).click();
    await heidi.getByText("closed", { exact: true }).waitFor();
    // Ivan gets it too: then it is in the history.
    const ivan = await connect("ivan");
    await notify({ users: "heidi, ivan", data: '{"missed":1}' });
    await ivan.getByText('{"missed":1}').waitFor();
    await heidi.getByRole("button", { name: "Connect again" }).click();
    // Broadcasts of the 15 seconds before may come again, too.
    const missed = heidi.locator("li").filter({ hasText: "missed while away" }).filter({ hasText: '"missed":1' });
    await missed.waitFor();
    expect(JSON.parse((await missed.locator("code").textContent()) ?? "")).toMatchObject({
      type: "notification",
      recovered: true,
      data: { missed: 1 },
    });
    await heidi.getByText('"complete":true').nth(1).waitFor();
  });

  async function join(client: Locator, channel?: string): Promise<void> {
    if (channel !== undefined) await client.getByLabel("Channel", { exact: true }).fill(channel);
    await client.getByRole("button", { name: "Join" }).click();
  }

  async function post(client: Locator, text: string): Promise<void> {
    await client.getByLabel("Post", { exact: true }).fill(text);
    await client.getByRole("button", { name: "Post to channel" }).click();
  }

  /** What has come from channels on a card, once there are so many lines: the data, and where it is from. */
  async function fromChannels(client: Locator, count: number): Promise<string[][]> {
    const entries = client.getByRole("log", { name: /^From channels, / }).locator("li");
    await entries.nth(count - 1).waitFor();
    const texts = async (part: string) => await entries.locator(part).allTextContents();
    const details = await texts(".details");
    return (await texts("code")).map((data, index) => [data, details[index] ?? ""]);
  }

  it("shows a channel's messages with their sender to those who are in it, until they leave", async () => {
    const [judy, mike] = [await connectWithProtocol2("judy"), await connectWithProtocol2("mike")];
    await mike.getByText("In no channel.").waitFor();
    for (const client of [judy, mike]) {
      await join(client);
      await client.getByText("In room:42.", { exact: true }).waitFor();
    }
    await post(judy, "hello");
    const hello = ['"hello"', "room:42 · from judy"];
    expect(await fromChannels(judy, 1)).toEqual([hello]);
    expect(await fromChannels(mike, 1)).toEqual([hello]);

    await judy.getByRole("button", { name: "Leave" }).click();
    await judy.getByText("In no channel.").waitFor();
    await post(mike, '{"is":"JSON"}');
    expect(await fromChannels(mike, 2)).toEqual([hello, ['{"is":"JSON"}', "room:42 · from mike"]]);
    await join(judy);
    await judy.getByText("In room:42.", { exact: true }).waitFor();
    await post(mike, "welcome back");
    expect(await fromChannels(judy, 2)).toEqual([hello, ['"welcome back"', "room:42 · from mike"]]);
  });

  it("says why a client may not join a channel or post to it", async () => {
    const nina = await connectWithProtocol2("nina");
    const why = (text: string) => nina.getByRole("alert").getByText(text, { exact: true }).waitFor();
    await join(nina, "secret:1");
    await why("SUMU refuses secret:1 (not_allowed): neither a public pattern nor a claim of the token allows it.");
    await nina.getByText("In no channel.").waitFor();
    await join(nina, "room/1");
    await why("SUMU refuses room/1 (invalid_name): it is not the name of a channel.");
    await join(nina, "public:news");
    await nina.getByText("In public:news.").waitFor();
    expect(await nina.getByRole("alert").count()).toBe(0);
    await post(nina, "news");
    await nina
      .getByRole("alert")
      .getByText(/^SUMU refuses a post to public:news \(not_allowed\): /)
      .waitFor();
    await join(nina, " ");
    await why("Name a channel.");
  });

  it("joins its channels again when it connects again, and shows once what was posted meanwhile", async () => {
    const [olga, paul] = [await connectWithProtocol2("olga"), await connectWithProtocol2("paul")];
    for (const client of [olga, paul]) {
      await join(client, "room:away");
      await client.getByText("In room:away.").waitFor();
    }
    await post(paul, "before");
    const before = ['"before"', "room:away · from paul"];
    expect(await fromChannels(olga, 1)).toEqual([before]);
    await olga.getByRole("button", { name: "Disconnect" }).click();
    await olga.getByText("Was in room:away.").waitFor();
    await post(paul, "missed");
    await fromChannels(paul, 2);
    await olga.getByRole("button", { name: "Connect again" }).click();
    await olga.getByText("In room:away.").waitFor();
    const missed = ['"missed"', "room:away · from paul · missed while away"];
    expect(await fromChannels(olga, 2)).toEqual([before, missed]);
    await post(paul, "after");
    expect(await fromChannels(olga, 3)).toEqual([before, missed, ['"after"', "room:away · from paul"]]);
  });

  it("has channels for clients of protocol 2 only", async () => {
    const [quinn, rita] = [await connect("quinn"), await connectWithProtocol2("rita")];
    expect(await quinn.getByRole("button", { name: "Join", includeHidden: true }).isVisible()).toBe(false);
    expect(await rita.getByRole("button", { name: "Join" }).isVisible()).toBe(true);
  });

  it("follows presence: one ONLINE for two devices, OFFLINE when the last is gone", async () => {
    const presence = page.locator("#presence");
    const [first, second] = [await connect("erin"), await connect("erin")];
    await presence.getByText("erin is online").waitFor();
    await first.getByRole("button", { name: "Disconnect" }).click();
    await first.getByText("closed", { exact: true }).waitFor();
    expect(await presence.getByText("erin is online").count()).toBe(1);
    await second.getByRole("button", { name: "Disconnect" }).click();
    await presence.getByText("erin is offline").waitFor();
  });

  it("shows who is online already when it is opened", async () => {
    const early = await Client.connect(stack.info.websocket_url, await stack.issuer.mint("grace"));
    await page.locator("#presence").getByText("grace is online").waitFor();
    await page.reload();
    await page.locator("#presence").getByText("grace is online").waitFor();
    await early.close();
    await page.locator("#presence").getByText("grace is offline").waitFor();
    // Those who have gone are not news.
    await page.reload();
    await page.getByText("Looking…").waitFor({ state: "hidden" });
    expect(await page.locator("#presence").getByText("grace").count()).toBe(0);
  });

  it("tells what to do while nobody is connected, and fits a window of 380 pixels", async () => {
    await page.setViewportSize({ width: 380, height: 800 });
    const empty = page.getByText("No client is connected here.");
    await empty.waitFor();
    await connect("heidi");
    await connectWithProtocol2("heidi");
    expect(await empty.isVisible()).toBe(false);
    await page.getByRole("article", { name: "Client of heidi, device 2" }).waitFor();
    const hidden = "document.documentElement.scrollWidth - document.documentElement.clientWidth";
    expect(await page.evaluate(hidden)).toBe(0);
  });

  it("says that a message is too large, and sends nothing", async () => {
    const sam = await connect("sam");
    await sam.getByLabel("Message").fill("x".repeat(32 * 1_024));
    await sam.getByRole("button", { name: "Send to queue" }).click();
    await sam.getByRole("alert").getByText("The message was not sent (too_large).", { exact: true }).waitFor();
    await sam.getByRole("button", { name: "Ping" }).click();
    expect((await frames(sam, 1))[0]).toBe('{"action":"ping"}');
    expect(await sam.getByRole("alert").count()).toBe(0);
  });

  it("says what is wrong with a notification, and sends nothing", async () => {
    await notify({ users: "alice", data: "{oops" });
    await page.getByRole("alert").getByText("The data is not JSON.").waitFor();
    await notify({ users: " , ", data: "1" });
    await page.getByRole("alert").getByText("Name a user, or choose Everybody.").waitFor();
  });

  it("works by keyboard alone", async () => {
    await page.getByLabel("User", { exact: true }).focus();
    await page.keyboard.press("ControlOrMeta+A");
    await page.keyboard.type("frank");
    await page.keyboard.press("Enter");
    const frank = page.getByRole("article", { name: "Client of frank" });
    await frank.getByText("connected", { exact: true }).waitFor();
    const focused = () => page.evaluate("document.activeElement.textContent.trim()");
    const reached: unknown[] = [];
    while (reached.at(-1) !== "Ping" && reached.length < 12) {
      await page.keyboard.press("Tab");
      reached.push(await focused());
    }
    expect(reached).toContain("Send to queue");
    expect(await page.evaluate("getComputedStyle(document.activeElement).outlineStyle")).not.toBe("none");
    await page.keyboard.press("Space");
    expect((await frames(frank, 2))[0]).toBe('{"action":"ping"}');

    await frank.getByRole("button", { name: "Disconnect" }).focus();
    await page.keyboard.press("Enter");
    await frank.getByText("closed", { exact: true }).waitFor();
    await page.keyboard.press("Enter");
    await frank.waitFor({ state: "detached" });
    expect(await page.evaluate("document.activeElement.id")).toBe("user");
  });

  /** Chromium reports each connection that fails. */
  function forgetFailedConnections(): void {
    consoleErrors = consoleErrors.filter((text) => !text.startsWith("WebSocket connection to "));
  }

  it("shows that a revoked user connects again only with a newer token", async () => {
    const tom = await connectWithProtocol2("tom");
    const form = page.locator("#end");
    await form.getByLabel("Whose connections").fill("tom");
    await form.getByRole("button", { name: "Revoke their tokens" }).click();
    await tom.getByText('{"type":"disconnect","reason":"revoked","reconnect":false}').waitFor();
    await tom.getByText("closed", { exact: true }).waitFor();
    // The revocation is valid from the next second on.
    await page.waitForTimeout(1_000);
    const tokens: number[] = [];
    page.on("request", (request) => tokens.push(Number(request.url().endsWith("/tokens"))));
    await tom.getByRole("button", { name: "Connect again" }).click();
    await tom.getByText("lost, or refused before it was open; it tries again").waitFor();
    await tom.getByText("connected", { exact: true }).waitFor();
    expect(tokens).toEqual([1]);
    forgetFailedConnections();
  });

  it("has clients that come back by themselves into their channels when their connection is lost", async () => {
    const [uma, vera] = [await connectWithProtocol2("uma"), await connect("vera")];
    await join(uma, "room:lost");
    await uma.getByText("In room:lost.").waitFor();
    process.kill(stack.gateway.pid, "SIGKILL");
    for (const client of [uma, vera]) await client.getByText("; it tries again").waitFor();
    await uma.getByText("Joins room:lost.").waitFor();
    for (const client of [uma, vera]) await client.getByText("connected", { exact: true }).waitFor();
    await uma.getByText("In room:lost.").waitFor();
    // The bare protocol has no recovery.
    await vera.getByText(/^Something may be missed since \d\d:\d\d:\d\d\.$/).waitFor();
    expect(await uma.getByText("Something may be missed").count()).toBe(0);
    forgetFailedConnections();
  });
});
