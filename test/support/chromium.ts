import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

const executablePath = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";

/** `describe` where there is a Chromium, else a skip that prints why; `.ci/run` makes a missing one a failure. */
export const describeWithChromium: (title: string, tests: () => void) => void = (title, tests) => {
  if (existsSync(executablePath) || process.env.SUMU_REQUIRE_CHROMIUM) {
    describe(title, tests);
  } else {
    console.warn(`Skipped, since there is no ${executablePath} (CHROMIUM_PATH names another): ${title}`);
    describe.skip(title, tests);
  }
};

/** A headless browser that reaches for nothing but the page. */
export function launchChromium(): Promise<Browser> {
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
    ],
  });
}
