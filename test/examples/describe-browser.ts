import path from "node:path";
import { SendMessageBatchCommand } from "@aws-sdk/client-sqs";
import { build } from "esbuild";
import type { connectShop, ShopCommand } from "../../examples/browser/realtime-client";
import type { LocalStack } from "../../local/local-stack";
import { Inbox } from "../e2e/inbox";
import { until } from "../e2e/until";
import { describeWithChromium, launchChromium } from "../support/chromium";
import { pageAuthorization } from "../support/npm-start";
import { repositoryRoot } from "../support/terraform";

/** What the script below leaves on the window. */
interface PageGlobals {
  readonly shop: { readonly connectShop: typeof connectShop };
  readonly state: { readonly heard: number[]; gaps: number; tokens: number; acknowledged: number };
}

const MESSAGES = 10;
const CONNECTIONS = 5;

/** examples/browser in a real browser, against the gateway of the local stack. */
export function describeBrowser(stack: () => LocalStack): void {
  describeWithChromium("the page of the shop, in Chromium", () => {
    it("loses and repeats nothing while one connection after another takes over", async () => {
      const { info, aws } = stack();
      const inbox = new Inbox(aws.sqs, info.messages.queue.url);
      const browser = await launchChromium();
      try {
        const page = await (await browser.newContext({ bypassCSP: true })).newPage();
        await page.goto(info.page_url);
        await page.addScriptTag({ content: await bundle() });
        await page.evaluate(
          ({ url, messages, authorization }) => {
            const { shop } = globalThis as unknown as PageGlobals;
            const state = { heard: [] as number[], gaps: 0, tokens: 0, acknowledged: 0 };
            Object.assign(globalThis, { state });
            const token = async () => {
              state.tokens++;
              const headers = { "content-type": "application/json", ...authorization };
              const response = await fetch("/tokens", { method: "POST", headers, body: '{"user":"erin"}' });
              return ((await response.json()) as { token: string }).token;
            };
            // Each connection is replaced soon after it is open.
            globalThis.WebSocket = class extends WebSocket {
              constructor(address: string | URL) {
                super(address);
                this.addEventListener("open", () => setTimeout(sumu.reconnect, 300));
              }
            };
            const sumu = shop.connectShop(
              { url, userId: "erin", token },
              {
                show: ({ order }) => state.heard.push(order),
                refetch: () => state.gaps++,
                setOnline() {},
                askToSignIn() {},
              },
            );
            for (let order = 0; order < messages; order++) {
              setTimeout(
                () => sumu.send({ type: "order.cancel", order }).then(() => state.acknowledged++),
                order * 100,
              );
            }
          },
          { url: info.websocket_url, messages: MESSAGES, authorization: pageAuthorization(info) },
        );
        const state = () => page.evaluate(() => (globalThis as unknown as PageGlobals).state);
        await until("the first message", async () => (await state()).acknowledged > 0);

        let sent = 0;
        // One after the other, so that they fall before, between and beside the connections.
        while ((await state()).tokens < CONNECTIONS) {
          const Entries = Array.from({ length: 10 }, (_, index) => ({
            Id: String(index),
            MessageBody: JSON.stringify({ users: ["erin"], data: { type: "order.shipped", order: sent + index } }),
          }));
          sent += Entries.length;
          await aws.sqs.send(new SendMessageBatchCommand({ QueueUrl: info.notifications.queue.url, Entries }));
          await until(`${sent} notifications`, async () => new Set((await state()).heard).size >= sent);
        }
        await until("every ack", async () => (await state()).acknowledged === MESSAGES);
        const { heard, gaps } = await state();
        expect(gaps).toBe(0);
        expect([...heard].sort((a, b) => a - b)).toEqual(Array.from({ length: sent }, (_, index) => index));
        const received = await inbox.from("erin", "apigw.route.send", MESSAGES);
        const cancelled = received.map(({ body }) => JSON.parse(body) as ShopCommand);
        expect(cancelled.sort((a, b) => a.order - b.order)).toEqual(
          Array.from({ length: MESSAGES }, (_, order) => ({ type: "order.cancel", order })),
        );
      } finally {
        await browser.close();
        await inbox.stop();
      }
    });
  });
}

async function bundle(): Promise<string> {
  const entry = path.join(repositoryRoot, "examples", "browser", "realtime-client.ts");
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    format: "iife",
    alias: { "sumu-client": path.join(repositoryRoot, "client", "src", "index.ts") },
    globalName: "shop",
    write: false,
  });
  return outputFiles[0]?.text ?? "";
}
