import { writeFileSync } from "node:fs";
import path from "node:path";
import { chromium, type Locator, type Page } from "playwright-core";
import { runScript } from "../../scripts/run-script";
import { startLocalStack } from "../local-stack";
import { indexedPng } from "./indexed-png";

const PICTURE = path.resolve(__dirname, "..", "..", "docs", "page.png");

/** `npm run docs:picture`: starts SUMU on this machine, uses its page as a reader would, and takes the README's picture. */
async function writePicture(): Promise<void> {
  const stack = await startLocalStack({ presenceSource: "topic", onStep: (step) => console.log(`${step} …`) });
  try {
    const browser = await chromium.launch({
      executablePath: process.env.CHROMIUM_PATH ?? "/usr/bin/chromium",
      args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"],
    });
    try {
      const context = await browser.newContext({ viewport: { width: 1280, height: 100 }, colorScheme: "light" });
      const page = await context.newPage();
      page.setDefaultTimeout(60_000);
      await page.goto(stack.info.page_url);
      await useAsReader(page);
      // The port in the address differs at each run.
      await page
        .getByRole("status")
        .first()
        .evaluate((status) => {
          status.textContent = "Connected to ws://127.0.0.1:4600/dev";
        });
      writeFileSync(PICTURE, await optimized(page, await page.screenshot({ fullPage: true, caret: "hide" })));
    } finally {
      await browser.close();
    }
  } finally {
    await stack.stop();
  }
}

/** Connects two users, sends from one of them, notifies both. */
async function useAsReader(page: Page): Promise<void> {
  await page.getByText(/^Connected to /).waitFor();
  const alice = await connect(page, "alice");
  const bob = await connect(page, "bob");
  await page.getByLabel("Presence").getByText("bob").waitFor();
  await alice.getByRole("button", { name: "Send to queue" }).click();
  await alice.getByText('"type":"ack"').waitFor();
  const notify = page.locator("#notify");
  await notify.locator("#users").fill("alice, bob");
  await notify.getByLabel("Data (JSON)").fill('{"order":4711,"status":"shipped"}');
  await notify.getByRole("button", { name: "Send notification" }).click();
  for (const card of [alice, bob]) await card.getByText("shipped").waitFor();
  const received = page.getByRole("log", { name: "What backends receive" });
  await received.getByText('{"hello":"backend"}').waitFor();
  await page.locator("body").click();
}

async function connect(page: Page, user: string): Promise<Locator> {
  await page.getByLabel("User", { exact: true }).fill(user);
  await page.getByRole("button", { name: "Connect", exact: true }).click();
  const card = page.getByRole("article", { name: `Client of ${user}` });
  await card.getByText("connected", { exact: true }).waitFor();
  return card;
}

/** The browser decodes its own screenshot. It is JavaScript as text, since the types here are those of Node.js. */
const DECODE = `async (base64) => {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const image = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
  const context = new OffscreenCanvas(image.width, image.height).getContext("2d");
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, 0, image.width, image.height);
  let text = "";
  for (let start = 0; start < data.length; start += 8192) {
    text += String.fromCharCode(...data.subarray(start, start + 8192));
  }
  return { width: image.width, pixels: btoa(text) };
}`;

async function optimized(page: Page, screenshot: Buffer): Promise<Buffer> {
  const { width, pixels } = await page.evaluate<{ width: number; pixels: string }>(
    `(${DECODE})(${JSON.stringify(screenshot.toString("base64"))})`,
  );
  return indexedPng(Buffer.from(pixels, "base64"), width);
}

runScript(writePicture());
