import { readFileSync } from "node:fs";
import path from "node:path";
import type { Browser, Page } from "playwright-core";
import type { LocalStack } from "../../local/local-stack";
import { until } from "../e2e/until";
import { describeWithChromium, launchChromium } from "../support/chromium";
import { repositoryRoot } from "../support/terraform";
import { type ExampleSite, serveExamples } from "./example-site";

const NO_ROOM = { subscribe: [], post: [] };

/** examples/browser/chat.html as it is, in a real browser, against the local stack. */
export function describeChat(stack: () => LocalStack): void {
  describeWithChromium("the chat, in Chromium", () => {
    let site: ExampleSite;
    let browser: Browser;
    beforeAll(async () => {
      [site, browser] = await Promise.all([serveExamples(), launchChromium()]);
    });
    afterAll(async () => {
      await browser?.close();
      await site?.stop();
    });

    /** A user's own tab, signed in. */
    async function join(user: string, claims = {}): Promise<Page> {
      const { info, issuer } = stack();
      const page = await (await browser.newContext()).newPage();
      await page.goto(`${site.url}chat.html`);
      await page.fill("[name=url]", info.websocket_url);
      await page.fill("[name=token]", await issuer.mint(user, { claims }));
      await page.click("text=Join");
      await until(`${user} online`, async () => (await page.textContent("#state")) === "online");
      return page;
    }

    async function post(page: Page, text: string): Promise<void> {
      await page.fill("[name=text]", text);
      await page.click("text=Post");
    }

    const posts = (page: Page) => page.locator("#posts li").allTextContents();
    const notice = (page: Page) => page.textContent("#notice");

    it("shows two users what each of them posts, and from whom; a reload shows the history, once and in order", async () => {
      const [grace, heidi] = [await join("grace"), await join("heidi")];
      const told: string[] = [];
      for (const [page, user, text] of [
        [grace, "grace", "hello"],
        [heidi, "heidi", "<b>hi</b> grace"],
        [grace, "grace", "how are you?"],
      ] as const) {
        await post(page, text);
        told.push(`${user}: ${text}`);
        for (const each of [grace, heidi])
          await until(`"${text}"`, async () => (await posts(each)).length >= told.length);
      }
      expect(await posts(grace)).toEqual(told);
      expect(await posts(heidi)).toEqual(told);

      await heidi.reload();
      await until("the history", async () => (await posts(heidi)).length >= told.length);
      // A live post is behind all that the history has.
      await post(grace, "still there?");
      told.push("grace: still there?");
      await until("the next post", async () => (await posts(heidi)).includes("grace: still there?"));
      expect(await posts(heidi)).toEqual(told);
      expect(await notice(heidi)).toBe("");
    });

    it("says that a user may not read the room, and why a post was not taken", async () => {
      const page = await join("ivan", NO_ROOM);
      await until("the refusal", async () => (await notice(page)) === "You may not read room:42: not_allowed.");
      await post(page, "let me in");
      await until("the answer", async () => (await notice(page)) === '"let me in" was not posted: not_allowed.');
      expect(await posts(page)).toEqual([]);
    });

    it("has fewer than 100 lines", () => {
      const files = ["chat.html", "chat.js"].map((name) => path.join(repositoryRoot, "examples", "browser", name));
      const lines = files.flatMap((file) => readFileSync(file, "utf8").trimEnd().split("\n"));
      expect(lines.length).toBeLessThan(100);
    });
  });
}
