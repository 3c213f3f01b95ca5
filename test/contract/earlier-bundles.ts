import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { gunzipSync } from "node:zlib";

/** Which bundle: one before contract version 2, one of contract version 2, or the one of these sources. */
export type Version = "earlier" | "second" | "present";

const root = path.resolve(__dirname, "..", "..");

const FIXTURES = {
  earlier: (handler: string) => handler,
  second: (handler: string) => `${handler}-2`,
};

const INVOKE = `
  const { handler } = await import(process.argv[1]);
  const context = { awsRequestId: "request-1", getRemainingTimeInMillis: () => 20_000 };
  try {
    console.log("\\n" + JSON.stringify({ result: await handler(JSON.parse(process.argv[2]), context) }));
  } catch (error) {
    console.log("\\n" + JSON.stringify({ error: String(error?.message) }));
  }
  process.exit(0);
`;

/** What an invocation came to: what the handler returned, or the message of what it threw. */
export interface Outcome {
  readonly result?: unknown;
  readonly error?: string;
}

/** Bundles of both versions, each invoked in a process of its own, as Lambda does. */
export class EarlierBundles {
  readonly #folder = mkdtempSync(path.join(tmpdir(), "sumu-earlier-"));

  /** @throws Error when the process ends without an answer */
  async invoke(
    handler: "authorizer" | "pusher",
    version: Version,
    environment: Readonly<Record<string, string>>,
    event: unknown,
  ): Promise<Outcome> {
    const url = pathToFileURL(version === "present" ? present(handler) : this.#unpack(FIXTURES[version](handler))).href;
    const args = ["--input-type=module", "-e", INVOKE, url, JSON.stringify(event)];
    const stdout = await new Promise<string>((resolve, reject) => {
      execFile(process.execPath, args, { env: { ...environment } }, (error, out) =>
        error ? reject(error) : resolve(out),
      );
    });
    return JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as Outcome;
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #unpack(fixture: string): string {
    const file = path.join(this.#folder, `${fixture}.mjs`);
    writeFileSync(file, gunzipSync(readFileSync(path.join(root, "test", "fixtures", "earlier", `${fixture}.mjs.gz`))));
    return file;
  }
}

function present(handler: string): string {
  return path.join(root, "dist", "handlers", handler, "index.mjs");
}
