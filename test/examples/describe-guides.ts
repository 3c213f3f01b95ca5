import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { text } from "node:stream/consumers";
import { environmentLines } from "../../local/environment-lines";
import type { LocalStack } from "../../local/local-stack";
import { Client } from "../e2e/client";
import { INSTALL_TIMEOUT_MILLISECONDS } from "../support/local-aws";
import { ensurePythonClients } from "../support/python-clients";

const ROOT = path.resolve(__dirname, "..", "..");

/** The Python of a page, as one program from top to bottom. */
function pythonOf(page: string): string {
  const blocks = readFileSync(path.join(ROOT, page), "utf8").matchAll(/^( *)```python\n(.*?)^ *```/gms);
  return [...blocks]
    .map(([, indent = "", code = ""]) => code.replaceAll(new RegExp(`^${indent}`, "gm"), ""))
    .join("\n");
}

/** The Python of the guides against a running SUMU, with the variables that the guides tell the reader to set. */
export function describeGuides(stack: () => LocalStack): void {
  let python: string;
  beforeAll(async () => {
    python = await ensurePythonClients();
  }, INSTALL_TIMEOUT_MILLISECONDS);

  async function run(program: string): Promise<string> {
    const lines = environmentLines(stack().info).matchAll(/export (\w+)='([^']*)'/g);
    const env = { ...process.env, ...Object.fromEntries([...lines].map(([, name, value]) => [name, value])) };
    const child = spawn(python, ["-c", program], { env, stdio: ["ignore", "pipe", "inherit"] });
    return await text(child.stdout);
  }

  const connect = async (user: string) => Client.connect(stack().info.websocket_url, await stack().issuer.mint(user));

  it("the README's backend reaches a user", async () => {
    const alice = await connect("alice");
    await run(pythonOf("README.md"));
    expect(JSON.parse(await alice.frame(() => true))).toEqual({ order: 4711, status: "shipped" });
    await alice.close();
  });

  it("the answers of how-to send, ask who is online, receive and close", async () => {
    const [bob, carol] = await Promise.all([connect("bob"), connect("carol")]);
    bob.send('{"action":"send","message":{"hello":"backend"}}');
    await bob.frame((frame) => frame.includes('"ack"'));
    // Its revoke request becomes a dead letter: this stack has no table of revocations.
    const output = await run(`${pythonOf("docs/how-to.md")}\nprint(is_online("bob"), is_online("nobody"))\n`);
    expect(output).toContain('bob {"hello":"backend"}');
    expect(output).toContain("True False");
    await bob.frame((frame) => frame === '{"order": 4711, "status": "shipped"}', 40_000);
    await carol.frame((frame) => frame === '{"maintenance": "in 10 minutes"}', 40_000);
    await Promise.all([bob.close(), carol.close()]);
  });
}
