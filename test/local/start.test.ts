import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import WebSocket from "ws";
import type { StackInfo } from "../../local/stack-info";
import { until } from "../e2e/until";
import { describeWithLocalAws, INSTALL_TIMEOUT_MILLISECONDS } from "../support/local-aws";
import { findProcesses } from "../support/processes";

const root = path.resolve(__dirname, "..", "..");
const run = promisify(execFile);

type Started = StackInfo & { readonly tokens: { readonly alice: string; readonly bob: string } };

jest.setTimeout(INSTALL_TIMEOUT_MILLISECONDS);

describeWithLocalAws("npm start", () => {
  /** All temporary files and the note of a run go here; it is how its processes are known, too. */
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "sumu-test-start-"));
  });
  afterEach(async () => {
    for (const { pid } of await findProcesses(folder)) process.kill(pid, "SIGKILL");
    await rm(folder, { recursive: true, force: true });
  });

  const environment = (): NodeJS.ProcessEnv => ({
    ...process.env,
    TMPDIR: folder,
    SUMU_LOCAL_FOLDER: path.join(folder, "note"),
  });

  const node = (script: string, ...args: string[]) =>
    run(process.execPath, ["--import", "tsx", script, ...args], { cwd: root, env: environment() });

  async function start(...args: string[]): Promise<{ process: ChildProcess; info: Started; lines: string[] }> {
    const started = spawn("npm", ["start", "--silent", "--", "--json", "--port", "0", ...args], {
      cwd: root,
      env: environment(),
      stdio: ["ignore", "pipe", "inherit"],
      // A process group of its own, as a shell gives each command: Ctrl-C goes to all of it.
      detached: true,
    });
    const lines: string[] = [];
    const output = createInterface({ input: started.stdout });
    output.on("line", (line) => lines.push(line));
    const first = await until(
      "the line of JSON",
      () => lines[0] ?? (started.exitCode === null ? undefined : "exited"),
      90_000,
    );
    return { process: started, info: JSON.parse(first) as Started, lines };
  }

  /** What is left of a run: processes that its temporary folder is in the environment of, open ports, files. */
  async function remains({ websocket_url, page_url, aws_endpoint_url }: StackInfo): Promise<string[]> {
    const urls = [websocket_url.replace("ws:", "http:"), page_url, aws_endpoint_url];
    const open = await Promise.all(
      urls.map((url) =>
        fetch(url, { signal: AbortSignal.timeout(2_000) }).then(
          () => [url],
          () => [],
        ),
      ),
    );
    const files = (await filesBelow(folder)).filter(
      // Of tsx and npm, which run here too.
      (file) => file !== "note" && !/^(tsx|node-compile-cache|npm)/.test(file),
    );
    const processes = (await findProcesses(folder)).map(({ command }) => command);
    return [...processes, ...open.flat(), ...files];
  }

  test("prints one line of JSON that clients and backends can be given, and ends with Ctrl-C without a trace", async () => {
    const { process: started, info, lines } = await start("--presence-source", "none");
    expect(info).toEqual({
      websocket_url: expect.stringMatching(/^ws:\/\/127\.0\.0\.1:\d+\/dev$/),
      page_url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      aws_endpoint_url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      region: "us-east-1",
      jwks_url: `${info.page_url}/.well-known/jwks.json`,
      connections_table: {
        name: "local-sumu-connections",
        arn: "arn:aws:dynamodb:us-east-1:000000000000:table/local-sumu-connections",
        stream_arn: expect.stringContaining(":table/local-sumu-connections/stream/"),
      },
      presence_table: { name: null, arn: null },
      messages: channel(info, "local-sumu-integration-messages"),
      notifications: channel(info, "local-sumu-integration-notifications"),
      tokens: { alice: expect.any(String), bob: expect.any(String) },
    });

    const { stdout: token } = await node("local/commands/token.ts", "carol");
    for (const given of [info.tokens.alice, token.trim()]) {
      const socket = new WebSocket(`${info.websocket_url}?authorization=${given}`);
      await once(socket, "open");
      socket.send('{"action":"ping"}');
      const [pong] = (await once(socket, "message")) as [Buffer];
      expect(JSON.parse(String(pong))).toMatchObject({ type: "pong" });
    }

    process.kill(-(started.pid ?? 0), "SIGINT");
    await once(started, "exit");
    await until("its processes, ports and files to go", async () => (await remains(info)).length === 0);
    expect(lines).toHaveLength(1);
    await expect(node("local/commands/token.ts", "carol")).rejects.toMatchObject({
      code: 1,
      stderr: 'no SUMU runs here: "npm start" starts one, then try again in another terminal\n',
    });
  });

  test("ends when npm is told to, as a script or a service manager does", async () => {
    const { process: npm, info } = await start();
    npm.kill("SIGTERM");
    await until("its processes, ports and files to go", async () => (await remains(info)).length === 0);
  });

  test("takes everything along when it is killed", async () => {
    const { info } = await start();
    const note = path.join(folder, "note", "running.json");
    const { pid } = JSON.parse(await readFile(note, "utf8")) as { pid: number };
    process.kill(pid, "SIGKILL");
    await rm(note);
    await until("its processes, ports and files to go", async () => (await remains(info)).length === 0);
  });

  test("rejects a port that is taken before it does anything else", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as { port: number };
    await expect(node("local/start.ts", "--port", String(port))).rejects.toMatchObject({
      code: 1,
      stdout: "",
      stderr: `port ${port} is taken: stop what listens there, or choose another with --port\n`,
    });
    server.close();
  });
});

function channel({ aws_endpoint_url }: StackInfo, name: string): StackInfo["messages"] {
  return {
    topic: { name, arn: `arn:aws:sns:us-east-1:000000000000:${name}` },
    queue: {
      name,
      arn: `arn:aws:sqs:us-east-1:000000000000:${name}`,
      url: `${aws_endpoint_url}/000000000000/${name}`,
    },
  };
}
/** Everything in a folder and below it; a folder that goes while it is read counts as still there. */
async function filesBelow(folder: string): Promise<string[]> {
  try {
    return await readdir(folder, { recursive: true });
  } catch (error) {
    const { code, path: going = "" } = error as NodeJS.ErrnoException;
    if (code !== "ENOENT") throw error;
    return [path.relative(folder, going)];
  }
}
