import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import WebSocket from "ws";
import { findRunningStack } from "../../local/running-stack";
import type { StackInfo } from "../../local/stack-info";
import { until } from "../e2e/until";
import { describeWithLocalAws, INSTALL_TIMEOUT_MILLISECONDS } from "../support/local-aws";
import { NpmStart, root } from "../support/npm-start";
import { findProcesses } from "../support/processes";

const run = promisify(execFile);

jest.setTimeout(INSTALL_TIMEOUT_MILLISECONDS);

describeWithLocalAws("npm start", () => {
  const runs: NpmStart[] = [];
  const start = async (...args: string[]): Promise<NpmStart> => {
    const started = await NpmStart.run(...args);
    runs.push(started);
    return started;
  };
  afterEach(() => Promise.all(runs.splice(0).map((started) => started.clear())));

  const node = (env: NodeJS.ProcessEnv, script: string, ...args: string[]) =>
    run(process.execPath, ["--require", "tsx/cjs", script, ...args], { cwd: root, env });

  /** What is left of a run: processes that its temporary folder is in the environment of, open ports, files. */
  async function remains({ folder, stack }: NpmStart): Promise<string[]> {
    const urls = [stack.websocket_url.replace("ws:", "http:"), stack.page_url, stack.aws_endpoint_url];
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

  const untilNothingRemains = (started: NpmStart): Promise<boolean> =>
    until("its processes, ports and files to go", async () => (await remains(started)).length === 0);

  it("prints one line of JSON that clients and backends can be given, and ends with Ctrl-C without a trace", async () => {
    const started = await start("--presence-source", "none");
    const { stack, environment } = started;
    expect(stack).toEqual({
      websocket_url: expect.stringMatching(/^ws:\/\/127\.0\.0\.1:\d+\/dev$/),
      page_url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/#[\w-]{24}$/),
      aws_endpoint_url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      aws_access_key_id: "000000000000",
      aws_secret_access_key: expect.stringMatching(/^[0-9a-f]{60}$/),
      region: "us-east-1",
      jwks_url: `${new URL(stack.page_url).origin}/.well-known/jwks.json`,
      connections_table: {
        name: "local-sumu-connections",
        arn: "arn:aws:dynamodb:us-east-1:000000000000:table/local-sumu-connections",
        stream_arn: expect.stringContaining(":table/local-sumu-connections/stream/"),
      },
      // The watchdog exists for the channels: it removes the subscriptions of connections that are gone.
      presence_table: {
        name: "local-sumu-presence",
        arn: "arn:aws:dynamodb:us-east-1:000000000000:table/local-sumu-presence",
      },
      messages: channel(stack, "local-sumu-integration-messages"),
      notifications: channel(stack, "local-sumu-integration-notifications"),
      tokens: { alice: expect.any(String), bob: expect.any(String) },
    });

    const { stdout: token } = await node(environment, "local/commands/token.ts", "carol");
    for (const given of [stack.tokens.alice, token.trim()]) {
      const socket = new WebSocket(`${stack.websocket_url}?authorization=${given}`);
      await once(socket, "open");
      socket.send('{"action":"ping"}');
      const [pong] = (await once(socket, "message")) as [Buffer];
      expect(JSON.parse(String(pong))).toMatchObject({ type: "pong" });
    }

    await started.interrupt();
    await untilNothingRemains(started);
    expect(started.lines).toHaveLength(1);
    await expect(node(environment, "local/commands/token.ts", "carol")).rejects.toMatchObject({
      code: 1,
      stderr: 'no SUMU runs here: "npm start" starts one, then try again in another terminal\n',
    });
  });

  it("ends when npm is told to, as a script or a service manager does", async () => {
    const started = await start();
    started.process.kill("SIGTERM");
    await untilNothingRemains(started);
  });

  it("takes everything along when it is killed", async () => {
    const started = await start();
    const notes = path.join(started.folder, "note");
    const [, pid] = /^running-(\d+)\.json$/.exec((await readdir(notes))[0] ?? "") ?? [];
    process.kill(Number(pid), "SIGKILL");
    await rm(notes, { recursive: true });
    await untilNothingRemains(started);
  });

  it("cleans up after Ctrl-C when what read its output has ended first, as tee does", async () => {
    const folder = await mkdtemp(path.join(tmpdir(), "sumu-test-tee-"));
    const note = path.join(folder, "note");
    const shell = spawn("sh", ["-c", `npm start --silent -- --port 0 --presence-source none | tee "$TMPDIR/output"`], {
      cwd: root,
      env: { ...process.env, TMPDIR: folder, SUMU_LOCAL_FOLDER: note },
      stdio: "ignore",
      detached: true,
    });
    try {
      const stack = await until("the note", () => findRunningStack(note).catch(() => undefined), 90_000);
      const tee = (await findProcesses(folder)).find(({ command }) => command.startsWith("tee "));
      // Its end is a line to print, which nobody reads.
      const { stdout: token } = await node({ ...process.env, SUMU_LOCAL_FOLDER: note }, "local/commands/token.ts", "a");
      const socket = new WebSocket(`${stack.websocket_url}?authorization=${token.trim()}`);
      await once(socket, "open");
      process.kill(tee?.pid ?? 0, "SIGKILL");
      process.kill(-(shell.pid ?? 0), "SIGINT");
      await until("its processes to go", async () => (await findProcesses(folder)).length === 0);
      expect(await readdir(note)).toEqual([]);
      const left = (await readdir(folder)).filter((name) => name.startsWith("sumu-"));
      expect(left).toEqual([]);
    } finally {
      for (const { pid } of await findProcesses(folder)) process.kill(pid, "SIGKILL");
      await rm(folder, { recursive: true, force: true });
    }
  });

  it("rejects a port that is taken before it does anything else", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as { port: number };
    await expect(node(process.env, "local/start.ts", "--port", String(port))).rejects.toMatchObject({
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
