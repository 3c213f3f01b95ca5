import { readFile } from "node:fs/promises";
import type { LocalStack } from "../../local/local-stack";
import { describeWithChromium, launchChromium } from "../support/chromium";

/** The library's object on the window. */
interface SocketteGlobals {
  readonly sockette: (url: string, options: object) => { json(value: object): void; close(): void };
}

/** A library for browsers that knows nothing of SUMU. */
export function describeSockette(running: () => LocalStack): void {
  describeWithChromium("in a browser", () => {
    it("Sockette connects, sends and hears", async () => {
      const browser = await launchChromium();
      try {
        // The page's own policy keeps foreign scripts out.
        const { info, issuer } = running();
        const page = await (await browser.newContext({ bypassCSP: true })).newPage();
        await page.goto(info.page_url);
        await page.addScriptTag({ content: await readFile(require.resolve("sockette/dist/sockette.min.js"), "utf8") });
        const url = `${info.websocket_url}?authorization=${await issuer.mint("bob")}`;
        const heard = await page.evaluate(
          (address) =>
            new Promise((resolve) => {
              const { sockette } = globalThis as unknown as SocketteGlobals;
              const socket = sockette(address, {
                onopen: () => socket.json({ action: "ping" }),
                onmessage: ({ data }: { data: string }) => {
                  socket.close();
                  resolve(JSON.parse(data));
                },
              });
            }),
          url,
        );
        expect(heard).toEqual({ type: "pong", statusCode: 200, connectionId: expect.any(String) });
      } finally {
        await browser.close();
      }
    });
  });
}
