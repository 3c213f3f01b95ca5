import { FakeBrowser, FakeClient } from "./support/fake-tabs";

let browser: FakeBrowser;
beforeEach(() => {
  browser = new FakeBrowser();
});
afterEach(() => browser.restore());

/** Two tabs, the first of which leads. */
async function twoTabs() {
  const [first, second] = [browser.open(), browser.open()];
  await browser.settle();
  const [leader] = first.clients;
  if (leader === undefined) throw new Error("the first tab has no client");
  return { first, second, leader };
}

describe("tabs that share a connection", () => {
  it("reject a message that has no JSON text, in each of the tabs", async () => {
    const { first, second } = await twoTabs();
    const cycle: { self?: unknown } = {};
    cycle.self = cycle;
    for (const { sumu } of [first, second]) {
      for (const message of [cycle, 5n]) {
        const sent = expect(sumu.send(message)).rejects.toMatchObject({ name: "SumuError", code: "refused" });
        await browser.settle();
        await sent;
      }
    }
  });

  it("reject a message that a tab cannot give to another, and do not give it to a new leader either", async () => {
    const { first, second } = await twoTabs();
    await expect(second.sumu.send(() => {})).rejects.toThrow("could not be cloned");
    second.sumu.channel("room").subscribe(() => {});
    await first.sumu.close();
    await browser.settle();
    expect(second.clients[0]?.subscribed).toEqual(["room"]);
  });

  it("subscribe to what a tab asked for while the connection was closed, as soon as it is open again", async () => {
    const { first, second, leader } = await twoTabs();
    leader.change("closed", "no_token");
    await browser.settle();
    second.sumu.channel("room").subscribe(() => {});
    await browser.settle();
    second.sumu.reconnect();
    await browser.settle();
    expect([first.sumu.state, second.sumu.state, leader.subscribed]).toEqual(["online", "online", ["room"]]);
  });

  it("do not learn of the end of the leader's client: another tab goes on, with the messages that wait", async () => {
    const { first, second, leader } = await twoTabs();
    leader.answer = new Promise(() => {});
    const sent = second.sumu.send("waits");
    await browser.settle();
    await first.sumu.close();
    await browser.settle();
    await sent;
    expect(first.states).toEqual(["online", "closed: closed"]);
    expect(second.states).toEqual(["online"]);
    expect([leader.sent, second.clients[0]?.sent]).toEqual([["waits"], ["waits"]]);
  });

  it("work again when the browser shows a page again that was left, with its subscriptions", async () => {
    for (const who of ["first", "second"] as const) {
      const tabs = await twoTabs();
      const { [who]: left } = tabs;
      const heard: unknown[] = [];
      left.sumu.channel("room").subscribe(({ data }) => heard.push(data));
      await browser.settle();
      left.fire("pagehide");
      await browser.settle();
      const other = who === "first" ? tabs.second : tabs.first;
      const leader = () => other.clients.at(-1);
      expect([leader()?.state, leader()?.subscribed]).toEqual(["online", []]);
      left.fire("pageshow");
      await browser.settle();
      expect([left.sumu.state, leader()?.subscribed]).toEqual(["online", ["room"]]);
      leader()?.emit("message", { data: 1, channel: "room", recovered: false });
      await browser.settle();
      expect(heard).toEqual([1]);
      const sent = left.sumu.send("back");
      await browser.settle();
      await sent;
      expect(leader()?.sent).toEqual(["back"]);
      for (const { sumu } of [tabs.first, tabs.second]) await sumu.close();
      await browser.settle();
    }
  });

  it("stay closed when the browser shows a page again that its application has closed", async () => {
    const { second } = await twoTabs();
    await second.sumu.close();
    second.fire("pagehide");
    second.fire("pageshow");
    await browser.settle();
    expect(second.states).toEqual(["online", "closed: closed"]);
  });

  it("connect again after close and reconnect, with the subscriptions, as a client does", async () => {
    const { first, second, leader } = await twoTabs();
    second.sumu.channel("room").subscribe(() => {});
    await second.sumu.close();
    await browser.settle();
    expect(leader.subscribed).toEqual([]);
    second.sumu.reconnect();
    const sent = second.sumu.send("again");
    await browser.settle();
    await sent;
    expect(second.states).toEqual(["online", "closed: closed", "connecting", "online"]);
    expect([leader.subscribed, leader.sent]).toEqual([["room"], ["again"]]);
    await first.sumu.close();
    await second.sumu.close();
    first.sumu.reconnect();
    await browser.settle();
    expect([first.sumu.state, first.clients.length]).toEqual(["online", 2]);
  });

  it("send a message once that reaches a new leader before its tab knows the leader", async () => {
    const [first, second] = [browser.open(), browser.open()];
    const sent = second.sumu.send("early");
    second.sumu.channel("room").subscribe(() => {});
    browser.grant();
    await browser.settle();
    await sent;
    const [leader] = first.clients;
    expect([leader?.sent, leader?.subscribed]).toEqual([["early"], ["room"]]);
  });

  it("do not hide what goes wrong when a tab makes the client", async () => {
    const wrong = new TypeError("url must begin with wss://");
    browser.open(() => {
      throw wrong;
    });
    await browser.settle();
    expect(browser.lockErrors).toEqual([wrong]);
    const [leader, waiting] = [browser.open(() => new FakeClient()), browser.open()];
    await browser.settle();
    await waiting.sumu.close();
    await leader.sumu.close();
    await browser.settle();
    expect(browser.lockErrors).toEqual([wrong]);
  });
});
