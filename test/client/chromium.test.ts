import type { Page } from "playwright-core";
import { until } from "../e2e/until";
import { describeWithChromium, WITH_PAGE_CACHE } from "../support/chromium";
import { ChromiumPages } from "./support/chromium-pages";
import { HistoryServer } from "./support/history-server";

jest.setTimeout(120_000);

/** What the page's script leaves on the window, for the test to look at. */
interface App {
  readonly heard: unknown[];
  readonly states: string[];
  readonly room: unknown[];
  readonly sumu: { send(message: unknown): Promise<void>; close(): Promise<void>; readonly state: string };
  post(data: unknown): Promise<unknown>;
}

const APP = `
  import { SumuClient, localStorageCursor } from "sumu-client";
  import { shareTabs } from "sumu-client/tabs";
  const [url, mode] = decodeURIComponent(location.hash.slice(1)).split(" ");
  const create = () => new SumuClient({ url, token: () => "alice", cursor: localStorageCursor("sumu:alice") });
  const sumu = mode === "shared" ? shareTabs("sumu:alice", create) : create();
  const app = { sumu, heard: [], states: [], room: [], post: (data) => sumu.channel("room").post(data) };
  sumu.on("message", ({ data }) => app.heard.push(data));
  sumu.on("state", (state, why) => app.states.push(why ? state + ": " + why : state));
  sumu.channel("room").subscribe(({ data }) => app.room.push(data));
  Object.assign(globalThis, { app, isReady: true });`;

describeWithChromium("in Chromium, the client", () => {
  let server: HistoryServer;
  let pages: ChromiumPages;
  beforeAll(async () => {
    pages = await ChromiumPages.open(APP, {}, WITH_PAGE_CACHE);
  });
  beforeEach(async () => {
    server = await HistoryServer.start();
  });
  afterEach(async () => {
    for (const page of pages.context.pages()) await page.close();
    await server.stop();
  });
  afterAll(() => pages.close());

  const open = (mode: "own" | "shared") => pages.page(`${server.url} ${mode}`);
  const read = (page: Page, key: "heard" | "states" | "room"): Promise<readonly unknown[]> =>
    page.evaluate((name) => (globalThis as unknown as { app: App }).app[name], key);
  const hears = (page: Page, count: number) =>
    until(`${count} messages`, async () => (await read(page, "heard")).length >= count);
  const send = (page: Page, message: unknown) =>
    page.evaluate((text) => (globalThis as unknown as { app: App }).app.sumu.send(text), message);

  it("is back at once when the network is: what was sent meanwhile is in the application, once", async () => {
    const page = await open("own");
    await until("a connection", () => server.connections === 1);
    server.notify("before");
    await hears(page, 1);
    await pages.context.setOffline(true);
    server.cut();
    await until("it is offline", async () => String((await read(page, "states")).at(-1)).startsWith("offline"));
    for (let index = 0; index < 20; index++) server.notify(index);
    await pages.context.setOffline(false);
    await hears(page, 21);
    expect(await read(page, "heard")).toEqual(["before", ...Array(20).keys()]);
  });

  it("hears everything once after the page was frozen, as on a laptop that sleeps", async () => {
    const page = await open("own");
    await until("a connection", () => server.connections === 1);
    const devtools = await pages.context.newCDPSession(page);
    await devtools.send("Page.setWebLifecycleState", { state: "frozen" });
    server.notify("into the sleep");
    server.cut();
    server.notify("asleep");
    await devtools.send("Page.setWebLifecycleState", { state: "active" });
    await hears(page, 2);
    expect([...(await read(page, "heard"))].sort()).toEqual(["asleep", "into the sleep"]);
  });

  it("loses nothing and repeats nothing on a slow network, also when it opens a second connection beside the slow one", async () => {
    const page = await open("own");
    await until("a connection", () => server.connections === 1);
    const devtools = await pages.context.newCDPSession(page);
    await devtools.send("Network.enable");
    const slow = { offline: false, latency: 800, downloadThroughput: 5_000, uploadThroughput: 5_000 };
    await devtools.send("Network.emulateNetworkConditions", slow);
    for (let index = 0; index < 20; index++) server.notify("x".repeat(500) + index);
    await send(page, "slowly");
    await hears(page, 20);
    expect(server.sent).toEqual([["send", "slowly"]]);
    expect(await read(page, "heard")).toHaveLength(20);
  });

  it("goes on after a reload from where the page was: nothing missing, nothing twice", async () => {
    const page = await open("own");
    await until("a connection", () => server.connections === 1);
    server.notify("before");
    await hears(page, 1);
    await page.close();
    await until("no connection", () => server.connections === 0);
    server.notify("between");
    const next = await open("own");
    await hears(next, 1);
    server.notify("after");
    await hears(next, 2);
    expect(await read(next, "heard")).toEqual(["between", "after"]);
  });

  describe("that tabs share", () => {
    it("has one connection for all of them, and each tab hears, sends and posts as if it were its own", async () => {
      const tabs = [await open("shared"), await open("shared"), await open("shared")];
      await until("a connection", () => server.connections === 1);
      for (const [index, tab] of tabs.entries()) await send(tab, `from ${index}`);
      server.notify("to all");
      for (const tab of tabs) {
        await hears(tab, 1);
        expect(await read(tab, "heard")).toEqual(["to all"]);
        expect(await read(tab, "states")).toEqual(["online"]);
      }
      expect(server.sent).toEqual([0, 1, 2].map((index) => ["send", `from ${index}`]));
      const id = await tabs[2]?.evaluate(() => (globalThis as unknown as { app: App }).app.post("hi"));
      expect(id).toMatch(/^\d+-2$/);
      for (const tab of tabs) await until("the post", async () => (await read(tab, "room")).length === 1);
      expect([server.tokens.length, server.connections]).toEqual([1, 1]);
    });

    it("passes to another tab when its tab is closed: nothing missing, nothing twice, subscriptions too", async () => {
      const [first, second, third] = [await open("shared"), await open("shared"), await open("shared")];
      await until("a connection", () => server.connections === 1);
      server.notify(0);
      for (const tab of [first, second, third]) await hears(tab, 1);
      await first.close();
      server.notify(1);
      await until("another connection", () => server.tokens.length === 2 && server.connections === 1);
      await send(third, "after the change");
      server.notify(2);
      for (const tab of [second, third]) {
        await hears(tab, 3);
        expect(await read(tab, "heard")).toEqual([0, 1, 2]);
      }
      await until("the subscription", async () => {
        server.notify("hi", { channel: "room" });
        return (await read(third, "room")).length > 0;
      });
    });

    it("works again in a page that the user left and came back to, whether it had the connection or not", async () => {
      const [first, second] = [await open("shared"), await open("shared")];
      await until("a connection", () => server.connections === 1);
      for (const tab of [second, first]) {
        await tab.evaluate(() => void Object.assign(globalThis, { isTheSamePage: true }));
        await tab.goto(new URL("/elsewhere", tab.url()).href);
        await tab.goBack({ waitUntil: "commit" });
        await until("the page", () => tab.evaluate(() => "isTheSamePage" in globalThis));
        await until("a connection", async () => (await read(tab, "states")).at(-1) === "online");
        await send(tab, "back");
      }
      server.notify("to both");
      for (const tab of [first, second]) {
        await until("the message", async () => (await read(tab, "heard")).includes("to both"));
        expect((await read(tab, "heard")).filter((data) => data === "to both")).toHaveLength(1);
      }
      expect(server.sent).toEqual([
        ["send", "back"],
        ["send", "back"],
      ]);
      await until("the subscription", async () => {
        server.notify("hi", { channel: "room" });
        return (await read(second, "room")).length > 0;
      });
    });

    it("ends with the last tab, and a tab that closes it is alone", async () => {
      const [first, second] = [await open("shared"), await open("shared")];
      await until("a connection", () => server.connections === 1);
      await second.evaluate(() => (globalThis as unknown as { app: App }).app.sumu.close());
      expect(await read(second, "states")).toEqual(["online", "closed: closed"]);
      await expect(send(second, "too late")).rejects.toThrow("closed");
      await send(first, "still there");
      expect(server.sent).toEqual([["send", "still there"]]);
      await first.close();
      await until("no connection", () => server.connections === 0);
    });
  });
});
