import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { build } from "esbuild";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { launchChromium } from "../../support/chromium";
import { repositoryRoot } from "../../support/terraform";

/** An application of the client in Chromium: any number of pages of one browser, of one site. */
export class ChromiumPages {
  readonly context: BrowserContext;
  readonly #browser: Browser;
  readonly #site: Server;

  private constructor(browser: Browser, context: BrowserContext, site: Server) {
    this.#browser = browser;
    this.context = context;
    this.#site = site;
  }

  /**
   * @param source - TypeScript of the page's script, which imports from "sumu-client"
   * @param packages - other packages that the source imports, each with its folder
   * @param args - of Chromium
   */
  static async open(
    source: string,
    packages: Readonly<Record<string, string>> = {},
    ...args: readonly string[]
  ): Promise<ChromiumPages> {
    const { outputFiles } = await build({
      stdin: { contents: source, loader: "ts", resolveDir: repositoryRoot },
      alias: {
        ...packages,
        "sumu-client": path.join(repositoryRoot, "client", "src", "index.ts"),
        "sumu-client/react": path.join(repositoryRoot, "client", "src", "react.ts"),
        "sumu-client/tabs": path.join(repositoryRoot, "client", "src", "tabs.ts"),
      },
      bundle: true,
      format: "esm",
      define: { "process.env.NODE_ENV": '"development"' },
      write: false,
    });
    const script = outputFiles[0]?.text ?? "";
    const site = createServer(({ url }, response) => {
      if (url === "/elsewhere") response.writeHead(200, { "content-type": "text/html" }).end("<!doctype html>");
      else if (url === "/app.js") response.writeHead(200, { "content-type": "text/javascript" }).end(script);
      else {
        const html = '<!doctype html><div id="root"></div><script type="module" src="/app.js"></script>';
        response.writeHead(200, { "content-type": "text/html" }).end(html);
      }
    });
    await new Promise<void>((resolve) => site.listen(0, "127.0.0.1", resolve));
    const browser = await launchChromium(...args);
    return new ChromiumPages(browser, await browser.newContext(), site);
  }

  /** A new tab, after its script has run. What is behind the `#` is for the script. */
  async page(hash: string): Promise<Page> {
    const page = await this.context.newPage();
    await this.load(page, hash);
    return page;
  }

  /** Loads the page anew in a tab. */
  async load(page: Page, hash: string): Promise<void> {
    // Another hash alone would not load anything.
    await page.goto("about:blank");
    await page.goto(`http://127.0.0.1:${(this.#site.address() as AddressInfo).port}/#${encodeURIComponent(hash)}`);
    await page.waitForFunction("globalThis.isReady");
  }

  async close(): Promise<void> {
    await this.#browser.close();
    this.#site.closeAllConnections();
    await new Promise((resolve) => this.#site.close(resolve));
  }
}
