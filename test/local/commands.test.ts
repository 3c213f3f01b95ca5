import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { createAwsClients } from "../../local/backend/aws";
import { peekQueue } from "../../local/backend/peek-queue";
import { requireUnix } from "../../local/commands/run-command";
import { awsAccess } from "../../local/running-stack";
import { Client } from "../e2e/client";
import { listRights } from "../e2e/rights/list-rights";
import { until } from "../e2e/until";
import { describeWithLocalAws, INSTALL_TIMEOUT_MILLISECONDS } from "../support/local-aws";
import { NpmStart, root } from "../support/npm-start";

const run = promisify(execFile);

jest.setTimeout(INSTALL_TIMEOUT_MILLISECONDS);

const commandLine = (script: string, ...args: readonly string[]): string[] => ["--require", "tsx/cjs", script, ...args];

describe("the commands of the local run", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "sumu-test-"));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it.each([
    ["local/start.ts", "npm start -- [options]"],
    ["local/commands/connect.ts", "npm run -s connect -- <user> [--protocol 2]"],
    ["local/commands/messages.ts", "npm run -s messages [-- --take]"],
    ["local/commands/notify.ts", "npm run -s notify -- <users> <data> [--id <id>]"],
    ["local/commands/token.ts", "npm run -s token -- <user>"],
  ])("%s --help prints how it is called, and does nothing", async (script, usage) => {
    // Nothing runs: anything that it did would fail.
    const env = { ...process.env, SUMU_LOCAL_FOLDER: folder };
    const { stdout, stderr } = await run(process.execPath, commandLine(script, "--help"), { cwd: root, env });
    expect(stdout.split("\n")).toContain(`  ${usage}`);
    expect(stderr).toBe("");
  });

  it("rejects Windows, and says what to do", async () => {
    await expect(requireUnix("win32")).rejects.toMatchObject({
      code: "ERR_SETUP",
      message: "SUMU does not run on Windows itself: install WSL (wsl --install), and run npm ci and npm start there",
    });
    await expect(requireUnix("darwin")).resolves.toBeUndefined();
  });
});

describeWithLocalAws("beside npm start, npm run", () => {
  let started: NpmStart;
  beforeAll(async () => {
    started = await NpmStart.run("--presence-source", "none");
  });
  afterAll(async () => {
    await started?.interrupt();
    await started?.clear();
  });

  /** Runs it until it has printed a line and something has come of it, and gives the line. */
  async function firstLine(
    args: readonly string[] = [],
    effect: () => Promise<unknown> = async () => {},
  ): Promise<string> {
    const child = spawn(process.execPath, commandLine("local/commands/messages.ts", ...args), {
      cwd: root,
      env: started.environment,
      stdio: ["ignore", "pipe", "ignore"],
    });
    const exited = once(child, "exit");
    try {
      const [line] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
      await effect();
      return line;
    } finally {
      child.kill("SIGINT");
      await exited;
    }
  }

  it("messages shows a message and leaves it, and takes it with --take", async () => {
    const { stack } = started;
    const alice = await Client.connect(stack.websocket_url, stack.tokens.alice);
    alice.send('{"action":"send","message":{"hello":"backend"}}');
    await alice.received(1);
    const aws = createAwsClients(awsAccess(stack));
    const bodies = async () => (await peekQueue(aws.access, stack.messages.queue.url)).map(({ Body }) => Body);
    try {
      const line = /^\{"hello":"backend"\} {2}\(source=apigw\.route\.send, timestamp=\d+, user_id=alice\)$/;
      expect(await firstLine()).toMatch(line);
      expect(await firstLine()).toMatch(line);
      expect(await bodies()).toEqual(['{"hello":"backend"}']);
      const gone = () => until("the message to go", async () => (await bodies()).length === 0);
      expect(await firstLine(["--take"], gone)).toMatch(line);
    } finally {
      aws.destroy();
      await alice.close();
    }
  });

  it("messages rejects what it does not know", async () => {
    const args = commandLine("local/commands/messages.ts", "--takes");
    await expect(run(process.execPath, args, { cwd: root, env: started.environment })).rejects.toMatchObject({
      code: 1,
      stdout: "",
      stderr: '"--takes" is not an option: "npm run -s messages -- --help" lists the options\n',
    });
  });

  const notify = () => {
    const args = commandLine("local/commands/notify.ts", "alice", '{"hello":"Alice"}');
    return run(process.execPath, args, { cwd: root, env: started.environment });
  };
  const SENT =
    /^Sent to http:\/\/.*\/local-sumu-integration-notifications \(([\da-f-]{36})\)\.\n"npm run -s sumu -- why \1" shows what becomes of it\.\n$/;

  it("connect is the operator's tool with a token of this machine, and sumu finds the running stack", async () => {
    const connecting = run(
      process.execPath,
      commandLine("local/commands/connect.ts", "alice", "--subscribe", "room:42", "--json"),
      { cwd: root, env: started.environment },
    );
    connecting.child.stdin?.end('{"action":"ping"}\n');
    const { stdout, stderr } = await connecting;
    const events = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { event: string; frame?: unknown });
    expect(events.map(({ event, frame }) => (frame as { type?: string })?.type ?? event).sort()).toEqual([
      "ack",
      "closed",
      "connected",
      "pong",
      "subscribed",
    ]);
    expect(stderr).toBe("");
    const who = await run(process.execPath, commandLine("local/commands/sumu.ts", "who", "alice"), {
      cwd: root,
      env: started.environment,
    });
    expect(who.stderr).toBe("Reading the connections of alice\nalice is not connected.\n");
  });

  it.each([
    [
      "connect",
      ["alice", "bob"],
      'the name of one user is needed: "npm run -s connect -- alice", with "--protocol 2" for envelopes',
    ],
    [
      "notify",
      ["alice"],
      `users and JSON are needed: npm run -s notify -- alice,bob '{"hello":"you"}', or "all" for everybody`,
    ],
    ["notify", ["alice", "hello"], `the data must be JSON, such as '{"hello":"you"}' or '"hello"'`],
  ])("%s rejects %j, and says what could be", async (name, words, message) => {
    const args = commandLine(`local/commands/${name}.ts`, ...words);
    await expect(run(process.execPath, args, { cwd: root, env: started.environment })).rejects.toMatchObject({
      stdout: "",
      stderr: `${message}\n`,
    });
  });

  it("notify says which statement is missing, and so does npm start, once", async () => {
    const { stack } = started;
    const alice = await Client.connect(stack.websocket_url, stack.tokens.alice);
    const aws = createAwsClients(awsAccess(stack));
    const right = (await listRights(aws)).find(
      ({ where, action }) => where === "role pusher" && action === "dynamodb:Query",
    );
    const missing =
      "AccessDenied: local-sumu-run-pusher may not call dynamodb:Query on " +
      "arn:aws:dynamodb:us-east-1:000000000000:table/local-sumu-connections. No statement of the role allows it: " +
      "add dynamodb:Query to a statement in src/pusher/pusher.ts.";
    try {
      const { stdout, stderr } = await notify();
      expect([stdout, stderr]).toEqual([expect.stringMatching(SENT), ""]);
      expect(await alice.received(1)).toEqual(['{"hello":"Alice"}']);

      const putBack = await right?.take();
      const failure = { code: 1, stdout: expect.stringMatching(SENT), stderr: `${missing}\n` };
      await expect(notify()).rejects.toMatchObject(failure);
      await expect(notify()).rejects.toMatchObject(failure);
      await putBack?.();
      expect(started.complaints.filter((line) => line.includes("AccessDenied"))).toEqual([`  ${missing}`]);
    } finally {
      aws.destroy();
      await alice.close();
    }
  });
});
