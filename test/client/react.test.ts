import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import type { Page } from "playwright-core";
import { installTool } from "../../scripts/install-tool";
import { until } from "../e2e/until";
import { describeWithChromium } from "../support/chromium";
import { describeWithRegistry } from "../support/packed-library";
import { ChromiumPages } from "./support/chromium-pages";
import { HistoryServer } from "./support/history-server";

const run = promisify(execFile);
jest.setTimeout(120_000);

/** The package cdktf-cli needs an old React in node_modules. */
async function installReact(version: string): Promise<Record<string, string>> {
  const folder = await installTool(`react-${version}`, async (unfinished) => {
    const packages = [`react@${version}`, `react-dom@${version}`];
    await run("npm", ["install", "--prefix", unfinished, "--no-save", "--no-audit", "--no-fund", ...packages]);
  });
  const inside = (name: string) => path.join(folder, "node_modules", name);
  return { react: inside("react"), "react-dom": inside("react-dom") };
}

/** A page in strict mode: React mounts each component twice. */
const APP = `
  import { createElement as h, StrictMode, useState } from "react";
  import { createRoot } from "react-dom/client";
  import { renderToString } from "react-dom/server.browser";
  import { SumuClient } from "sumu-client";
  import { SumuProvider, useChannel, useConnectionState, useMessages } from "sumu-client/react";
  const url = decodeURIComponent(location.hash.slice(1));
  const client = new SumuClient({ url, token: () => "alice" });

  function State() {
    return h("p", { id: "state" }, useConnectionState());
  }
  function Inbox() {
    const [messages, setMessages] = useState([]);
    useMessages(({ data }) => setMessages([...messages, data]));
    return h("p", { id: "inbox" }, messages.join(" "));
  }
  function Room({ name }) {
    const [messages, setMessages] = useState([]);
    useChannel(name, ({ data }) => setMessages([...messages, data]));
    return h("p", { id: "room" }, messages.join(" "));
  }
  function App() {
    const [room, setRoom] = useState(undefined);
    const [hasInbox, setHasInbox] = useState(true);
    Object.assign(globalThis, { setRoom, setHasInbox });
    return h(SumuProvider, { client }, h(State), hasInbox && h(Inbox), h(Room, { key: room, name: room }));
  }
  const onServer = renderToString(h(SumuProvider, { client }, h(State)));
  let withoutProvider = "";
  try {
    renderToString(h(State));
  } catch (error) {
    withoutProvider = error.message;
  }
  const root = createRoot(document.getElementById("root"));
  root.render(h(StrictMode, null, h(App)));
  const unmount = () => root.unmount();
  Object.assign(globalThis, { client, onServer, withoutProvider, unmount, isReady: true });`;

const describeWithBoth: typeof describeWithChromium = (title, tests) =>
  describeWithChromium(title, () => describeWithRegistry("from the registry", tests));

describeWithBoth("React", () => {
  describe.each(["18.3.1", "19.3.1"])("%s, in strict mode, with the client's hooks", (version) => {
    let pages: ChromiumPages;
    let server: HistoryServer;
    let page: Page;
    beforeAll(async () => {
      pages = await ChromiumPages.open(APP, await installReact(version));
      page = await pages.context.newPage();
    });
    beforeEach(async () => {
      server = await HistoryServer.start();
      await pages.load(page, server.url);
      await shows("#state", "online");
    });
    afterEach(() => server.stop());
    afterAll(() => pages.close());

    const shows = (selector: string, text: string) =>
      until(`${selector} ${text}`, async () => (await page.textContent(selector)) === text);
    const global = (name: string, ...values: unknown[]): Promise<unknown> =>
      page.evaluate(
        ([key, args]) => {
          const value = (globalThis as unknown as Record<string, unknown>)[key];
          return typeof value === "function" ? void value(...args) : value;
        },
        [name, values] as const,
      );

    it("shows the state of the connection while the network comes and goes", async () => {
      await pages.context.setOffline(true);
      server.cut();
      await until("it is offline", async () => (await page.textContent("#state")) !== "online");
      await pages.context.setOffline(false);
      await shows("#state", "online");
    });

    it("brings each message once, to the handler of the last rendering", async () => {
      for (const data of ["a", "b", "c"]) {
        server.notify(data);
        await until(data, async () => (await page.textContent("#inbox"))?.endsWith(data));
      }
      await shows("#inbox", "a b c");
    });

    it("is in a channel for as long as its component is there, and in the next one after it", async () => {
      await global("setRoom", "room:1");
      await until("the first room", () => server.channels.join() === "room:1");
      server.notify("one", { channel: "room:1" });
      await shows("#room", "one");
      await global("setRoom", "room:2");
      await until("the second room", () => server.channels.join() === "room:2");
      server.notify("one again", { channel: "room:1" });
      server.notify("two", { channel: "room:2" });
      await shows("#room", "two");
      await global("setRoom", undefined);
      await until("no room", () => server.channels.length === 0);
    });

    it("hears nothing any more when its component is gone, and the client lives on", async () => {
      await global("unmount");
      expect(await page.textContent("#root")).toBe("");
      const complaints: string[] = [];
      page.on("console", (line) => complaints.push(line.text()));
      page.on("pageerror", (error) => complaints.push(error.message));
      server.notify("after");
      await page.evaluate(() =>
        (globalThis as unknown as { client: { send(m: string): Promise<void> } }).client.send("x"),
      );
      expect(server.connections).toBe(1);
      expect(complaints).toEqual([]);
    });

    it("renders on a server as connecting, and says what is missing around a component", async () => {
      expect(await global("onServer")).toBe('<p id="state">connecting</p>');
      expect(await global("withoutProvider")).toBe("no SumuProvider");
    });
  });
});
