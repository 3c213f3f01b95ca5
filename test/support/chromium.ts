import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";
import { describeUnless } from "./describe-unless";

const executablePath = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";

export const describeWithChromium = describeUnless(
  existsSync(executablePath) ? undefined : `there is no ${executablePath} (CHROMIUM_PATH names another)`,
  "SUMU_REQUIRE_CHROMIUM",
);

/** A headless browser that makes no requests other than the page's. */
export function launchChromium(...more: readonly string[]): Promise<Browser> {
  return chromium.launch({
    executablePath,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      ...more,
    ],
  });
}
