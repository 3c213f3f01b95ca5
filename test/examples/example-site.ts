import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { bundleClient } from "../../scripts/build-client";
import { repositoryRoot } from "../support/terraform";

/** A web server that has the files of examples/browser, and the package that `npm run package:client` makes. */
export interface ExampleSite {
  /** `http://<host>:<port>/examples/browser/`. */
  readonly url: string;
  stop(): Promise<void>;
}

const TYPES: Readonly<Record<string, string>> = { ".html": "text/html", ".js": "text/javascript" };

export async function serveExamples(): Promise<ExampleSite> {
  const [client] = await bundleClient({ index: path.join(repositoryRoot, "client", "src", "index.ts") }, "esm");
  const server = createServer(async ({ url = "" }, response) => {
    const type = TYPES[path.extname(url)];
    if (url === "/client/lib/index.mjs")
      response.writeHead(200, { "content-type": "text/javascript" }).end(client?.text);
    else if (/^\/examples\/browser\/[a-z-]+\.(html|js)$/.test(url) && type !== undefined)
      response.writeHead(200, { "content-type": type }).end(await readFile(path.join(repositoryRoot, url)));
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/examples/browser/`,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
