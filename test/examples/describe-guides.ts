import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { text } from "node:stream/consumers";
import { SendMessageCommand } from "@aws-sdk/client-sqs";
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

/** The program of a page that uses the library for Node.js. */
function nodeProgramOf(page: string): string {
  const blocks = readFileSync(path.join(ROOT, page), "utf8").matchAll(/^```js\n(.*?)^```/gms);
  return [...blocks].map(([, code = ""]) => code).find((code) => code.includes("sumu-backend")) ?? "";
}

/** The Python of the guides against a running SUMU, with the variables that the guides tell the reader to set. */
export function describeGuides(stack: () => LocalStack): void {
  let python: string;
  beforeAll(async () => {
    python = await ensurePythonClients();
  }, INSTALL_TIMEOUT_MILLISECONDS);

  function environment(): NodeJS.ProcessEnv {
    const lines = environmentLines(stack().info).matchAll(/export (\w+)='([^']*)'/g);
    return {
      ...process.env,
      ...Object.fromEntries([...lines].map(([, name, value]) => [name, value])),
      PYTHONPATH: path.join(ROOT, "backend", "python"),
      PYTHONDONTWRITEBYTECODE: "1",
    };
  }

  async function run(program: string): Promise<string> {
    const child = spawn(python, ["-c", program], { env: environment(), stdio: ["ignore", "pipe", "inherit"] });
    return await text(child.stdout);
  }

  const connect = async (user: string) => Client.connect(stack().info.websocket_url, await stack().issuer.mint(user));

  const PROGRAMS = [
    ["Python", "program.py", pythonOf("README.md"), () => [python]],
    ["Node.js", "program.mjs", nodeProgramOf("README.md"), () => [process.execPath, "--import", "tsx"]],
  ] as const;

  it.each(PROGRAMS)(
    "the README's program in %s notifies a user, and answers",
    async (language, name, program, command) => {
      const alice = await connect("alice");
      // In the repository, where the library is found by its name.
      const folder = await mkdtemp(path.join(ROOT, ".tools", "readme-"));
      await writeFile(path.join(folder, name), program);
      const [file = "", ...args] = [...command(), path.join(folder, name)];
      const child = spawn(file, args, { cwd: ROOT, env: environment(), stdio: ["ignore", "pipe", "inherit"] });
      let printed = "";
      child.stdout.setEncoding("utf8").on("data", (text: string) => {
        printed += text;
      });
      try {
        const shipped = await alice.frame(() => true);
        expect(JSON.parse(shipped)).toEqual({ order: 4711, status: "shipped" });
        alice.send(JSON.stringify({ action: "send", message: `hello from ${language}` }));
        const answer = await alice.frame((frame) => frame.includes("received"));
        expect(JSON.parse(answer)).toEqual({ received: `hello from ${language}` });
        expect(printed).toContain(`alice hello from ${language}\n`);
      } finally {
        const exited = once(child, "exit");
        child.kill("SIGKILL");
        await Promise.all([exited, alice.close(), rm(folder, { recursive: true })]);
        // SQS would hand the next message to the poll of the program that is gone.
        const { info, aws } = stack();
        const attribute = { DataType: "String", StringValue: "nobody" };
        await aws.sqs.send(
          new SendMessageCommand({
            QueueUrl: info.messages.queue.url,
            MessageBody: "end of the poll",
            MessageAttributes: { user_id: attribute, source: attribute },
          }),
        );
      }
    },
  );

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
