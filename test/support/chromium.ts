import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";
import { describeUnless } from "./describe-unless";

const executablePath = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";

export const describeWithChromium = describeUnless(
  existsSync(executablePath) ? undefined : `there is no ${executablePath} (CHROMIUM_PATH names another)`,
  "SUMU_REQUIRE_CHROMIUM",
);

/** Keeps pages that were left, for the way back. */
export const WITH_PAGE_CACHE = "--enable-features=BackForwardCache";

/** The last `--disable-features` is the only one that Chromium takes: another one must have these, too. */
export const DISABLED_FEATURES: readonly string[] = [
  // Each window has pages beside the test's, with processes: without them, a page takes two thirds of the CPU.
  "WebUIOmniboxPopup",
  "WebUIOmniboxAimPopup",
  "SpareRendererForSitePerProcess",
  // What Playwright disables: requests that no page makes, and what makes tests differ from each other.
  "AimEnabled",
  "HttpsFirstBalancedModeAutoEnable",
  "HttpsUpgrades",
  "MediaRouter",
  "NetworkTimeServiceQuerying",
  "OptimizationHints",
  "PreconnectToSearch",
  "AvoidCorsURLLoaderRestartOnRedirect",
  "AvoidUnnecessaryBeforeUnloadCheckSync",
  "DestroyProfileOnBrowserClose",
  "LensOverlay",
  "PaintHolding",
  "ThirdPartyStoragePartitioning",
];

/**
 * A headless browser that makes no requests other than the page's. A new page costs much more CPU than a page that goes
 * to another address: about 0.7 s and 0.2 s.
 */
export function launchChromium(...more: readonly string[]): Promise<Browser> {
  return chromium.launch({
    executablePath,
    // A page that the user left is shown again as it was, as in a browser without a test.
    ignoreDefaultArgs: more.includes(WITH_PAGE_CACHE) ? ["--disable-back-forward-cache"] : [],
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      `--disable-features=${DISABLED_FEATURES.join()}`,
      ...more,
    ],
  });
}
