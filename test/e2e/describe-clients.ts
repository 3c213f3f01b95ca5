import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { text } from "node:stream/consumers";
import type { LocalStack } from "../../local/local-stack";
import { describeWithChromium, launchChromium } from "../support/chromium";
import { INSTALL_TIMEOUT_MILLISECONDS } from "../support/local-aws";
import { ensurePythonClients } from "../support/python-clients";

/** The library's object on the window. */
interface SocketteGlobals {
  readonly sockette: (url: string, options: object) => { json(value: object): void; close(): void };
}

/** Libraries that know nothing of SUMU. Before others: the Python client takes the first message that the queue has. */
export function describeClients(running: () => LocalStack): void {
  let stack: LocalStack;
  let line: string;
  beforeAll(async () => {
    stack = running();
    const tokens = { alice: await stack.issuer.mint("alice"), bob: await stack.issuer.mint("bob") };
    line = JSON.stringify({ ...stack.info, tokens });
  });

  test(
    "Python's websockets and boto3 send, receive and notify, in under a second",
    async () => {
      const python = spawn(await ensurePythonClients(), [path.join(__dirname, "python_client.py")], {
        stdio: ["pipe", "pipe", "inherit"],
      });
      python.stdin.end(line);
      const { sent, topic, queue } = JSON.parse(await text(python.stdout));
      expect(sent).toEqual({
        ack: { type: "ack", action: "send", requestId: expect.any(String) },
        body: '{"from":"python","text":"é & \\"+\\""}',
        user_id: "alice",
        source: "apigw.route.send",
      });
      for (const [via, notified] of Object.entries({ topic, queue })) {
        expect(notified.map(({ frame }: { frame: unknown }) => frame)).toEqual(
          [0, 1, 2, 3, 4].map((index) => ({ text: `${via} ${index}` })),
        );
        const seconds: number[] = notified.map((one: { seconds: number }) => one.seconds);
        expect(Math.min(...seconds)).toBeLessThan(1);
      }
    },
    INSTALL_TIMEOUT_MILLISECONDS,
  );

  describeWithChromium("in a browser", () => {
    test("Sockette connects, sends and hears", async () => {
      const browser = await launchChromium();
      try {
        // The page's own policy keeps foreign scripts out.
        const page = await (await browser.newContext({ bypassCSP: true })).newPage();
        await page.goto(stack.info.page_url);
        await page.addScriptTag({ content: await readFile(require.resolve("sockette/dist/sockette.min.js"), "utf8") });
        const url = `${stack.info.websocket_url}?authorization=${(JSON.parse(line) as { tokens: { bob: string } }).tokens.bob}`;
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
