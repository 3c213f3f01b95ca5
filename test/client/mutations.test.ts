import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { build, type Plugin } from "esbuild";
import { repositoryRoot } from "../support/terraform";

const run = promisify(execFile);
jest.setTimeout(180_000);

/** A mistake in the library, as a change of one line, and the tests that must find it. */
interface Mutation {
  readonly mistake: string;
  readonly file: string;
  readonly line: string;
  readonly wrong: string;
  readonly tests: "connection" | "requests" | "messages" | "recovery" | "channels";
}

const MUTATIONS: readonly Mutation[] = [
  {
    mistake: "waits without jitter",
    file: "connection",
    line: "Math.random() * Math.min(maxMs,",
    wrong: "Math.min(maxMs,",
    tests: "connection",
  },
  {
    mistake: "asks a busy server as often as a server that answers",
    file: "requests",
    line: "if (patience < MOST_PATIENT) patience *= 2;",
    wrong: "",
    tests: "recovery",
  },
  {
    mistake: "waits equally long after each failure",
    file: "connection",
    line: "2 ** failures++",
    wrong: "2 ** failures",
    tests: "connection",
  },
  {
    mistake: "keeps a dead socket",
    file: "connection",
    line: 'timers.set("pong", PATIENCE_MS, () => drop(link));',
    wrong: "",
    tests: "connection",
  },
  {
    mistake: "pings at another time than the application has set",
    file: "connection",
    line: "const { pingAfterMs = PING_AFTER_MS } = options;",
    wrong: "const pingAfterMs = PING_AFTER_MS;",
    tests: "connection",
  },
  {
    mistake: "hears a socket that it has left",
    file: "connection",
    line: "socket.onopen = socket.onmessage = socket.onclose = socket.onerror = () => {};",
    wrong: "",
    tests: "connection",
  },
  {
    mistake: "does not come back when the device does",
    file: "connection",
    line: 'platform.document?.visibilityState === "visible")) wake();',
    wrong: 'platform.document?.visibilityState === "visible")) return;',
    tests: "connection",
  },
  {
    mistake: "closes the last connection when the next one opens",
    file: "connection",
    line: 'if (last) timers.set("overlap", PATIENCE_MS, () => drop(last));',
    wrong: "if (last) drop(last);",
    tests: "connection",
  },
  {
    mistake: "tries for ever with a token that is refused",
    file: "connection",
    line: 'if (why === "refused" && ',
    wrong: "if (why === undefined && ",
    tests: "connection",
  },
  {
    mistake: "does not say that the token was refused",
    file: "connection",
    line: 'if (platform.navigator?.onLine !== false) why = "refused";',
    wrong: "",
    tests: "connection",
  },
  {
    mistake: "leaves a timer when it closes",
    file: "connection",
    line: "timers.clearAll();",
    wrong: "",
    tests: "connection",
  },
  {
    mistake: "has two messages in flight",
    file: "requests",
    line: "isPlain ? isBusy :",
    wrong: "isPlain ? false :",
    tests: "requests",
  },
  {
    mistake: "forgets a message whose connection breaks",
    file: "requests",
    line: "else if (isOver(request)) request.settle",
    wrong: "else request.settle",
    tests: "requests",
  },
  {
    mistake: "keeps messages without a bound",
    file: "requests",
    line: "requests.size >= maxWaiting",
    wrong: "requests.size < 0",
    tests: "requests",
  },
  {
    mistake: "sends a frame that is too large",
    file: "requests",
    line: ".length > MAX_FRAME_BYTES",
    wrong: ".length < 0",
    tests: "requests",
  },
  {
    mistake: "gives a message to the application twice",
    file: "core",
    line: "if (isNew) {",
    wrong: "{",
    tests: "messages",
  },
  {
    mistake: "forgets ids too early",
    file: "seen",
    line: "const MIN_AGE_MS = 15 * 60_000;",
    wrong: "const MIN_AGE_MS = 14 * 60_000;",
    tests: "messages",
  },
  {
    mistake: "lets an error of a handler through",
    file: "events",
    line: "queueMicrotask(() => {\n            throw error;\n          });",
    wrong: "throw error;",
    tests: "messages",
  },
  {
    mistake: "forgets the cursor",
    file: "recovery",
    line: "if (link.latest > cursor && !(cursor && link.missing)) cursor = link.latest;",
    wrong: "",
    tests: "recovery",
  },
  {
    mistake: "moves the cursor before it has what it missed",
    file: "recovery",
    line: "if (link.latest > cursor && !(cursor && link.missing))",
    wrong: "if (link.latest > cursor)",
    tests: "recovery",
  },
  {
    mistake: "forgets the ids of what comes before it has what it missed",
    file: "recovery",
    line: "if (link.isDropped) return;\n    // A new client",
    wrong: "if (link.missing || link.isDropped) return;\n    // A new client",
    tests: "recovery",
  },
  {
    mistake: "takes an answer that comes twice for a message",
    file: "requests",
    line: "return !!isPlain || known.size > 2;",
    wrong: "return !!isPlain;",
    tests: "recovery",
  },
  {
    mistake: "takes a part of what it missed for all of it",
    file: "recovery",
    line: "while (more);",
    wrong: "while (false);",
    tests: "recovery",
  },
  {
    mistake: "says nothing about a gap",
    file: "recovery",
    line: 'events.emit("gap", { since });',
    wrong: "return;",
    tests: "recovery",
  },
  {
    mistake: "does not enter its channels again",
    file: "channels",
    line: "opened: sync,",
    wrong: "opened: () => {},",
    tests: "channels",
  },
  {
    mistake: "lets the first cursor of a new client wait for its channels",
    file: "recovery",
    line: "!(cursor && link.missing)",
    wrong: "!link.missing",
    tests: "channels",
  },
  {
    mistake: "leaves a channel before it has the answer to the frame that joins it",
    file: "channels",
    line: "if (isWaiting || wanted.has(name)) continue;",
    wrong: "if (wanted.has(name)) continue;",
    tests: "channels",
  },
  {
    mistake: "joins a channel before it has the answer to the frame that leaves it",
    file: "channels",
    line: "recovery.joined.delete(name);\n      add(name);",
    wrong: "recovery.joined.delete(name);\n      add(name);\n      asked.delete(name);",
    tests: "channels",
  },
];

/** The library as it is, for each of its tests, and then with each mistake: a folder each, in this order. */
const LIBRARIES: readonly { readonly tests: string; readonly mutation?: Mutation }[] = [
  ...["connection", "requests", "messages", "recovery", "channels"].map((tests) => ({ tests })),
  ...MUTATIONS.map((mutation) => ({ tests: mutation.tests, mutation })),
];

interface Outcome {
  readonly passed: number;
  readonly failed: number;
}

let folder: string;
let outcomes: readonly Outcome[];
beforeAll(async () => {
  folder = realpathSync(mkdtempSync(path.join(tmpdir(), "sumu-client-mutation-")));
  symlinkSync(path.join(repositoryRoot, "node_modules"), path.join(folder, "node_modules"));
  const config = `
    import { everyTest } from ${JSON.stringify(path.join(repositoryRoot, "jest.config.mjs"))};
    const { sandboxInjectedGlobals } = everyTest;
    export default { transform: {}, testMatch: ["<rootDir>/*/*.test.js"], sandboxInjectedGlobals };`;
  writeFileSync(path.join(folder, "jest.config.mjs"), config);
  await Promise.all(LIBRARIES.map(({ tests, mutation }, index) => bundle(testFile(index), tests, mutation)));
  outcomes = await runTests();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const testFile = (index: number) => path.join(folder, String(index), "library.test.js");

/** Writes the tests and the library into one file. If the line of the mutation is not there once, there is no mistake. */
async function bundle(outfile: string, tests: string, mutation: Mutation | undefined): Promise<void> {
  const mistake: Plugin = {
    name: "mistake",
    setup({ onLoad }) {
      if (mutation === undefined) return;
      const { file, line, wrong } = mutation;
      onLoad({ filter: new RegExp(`/client/src/${file}\\.ts$`) }, ({ path: name }) => {
        const parts = readFileSync(name, "utf8").split(line);
        return { contents: parts.join(parts.length === 2 ? wrong : line), loader: "ts" };
      });
    },
  };
  await build({
    entryPoints: [path.join(__dirname, `${tests}.test.ts`)],
    outfile,
    plugins: [mistake],
    bundle: true,
    platform: "node",
    packages: "external",
    target: "es2022",
  });
}

/** Runs all of them in one process: to start jest takes longer than the tests of one library. */
async function runTests(): Promise<Outcome[]> {
  const jestBinary = path.join(repositoryRoot, "node_modules", "jest", "bin", "jest.js");
  const args = [jestBinary, "--ci", "--json", "--runInBand", "--config", "jest.config.mjs"];
  // A mistake may make a test wait for ever.
  const options = { cwd: folder, timeout: 150_000, killSignal: "SIGKILL" as const, maxBuffer: 64 * 1024 * 1024 };
  const { stdout, stderr } = await run(process.execPath, args, options).catch(
    (error: { stdout: string; stderr: string }) => error,
  );
  if (stdout === "") throw new Error(`the tests did not end. This had run:\n${stderr}`);
  const { testResults } = JSON.parse(stdout.slice(stdout.indexOf("{"))) as {
    testResults: { name: string; assertionResults: { status: string }[] }[];
  };
  return LIBRARIES.map((_, index) => {
    const results = testResults.find(({ name }) => name === testFile(index))?.assertionResults ?? [];
    const count = (wanted: string) => results.filter(({ status }) => status === wanted).length;
    return { passed: count("passed"), failed: count("failed") };
  });
}

const outcomeOf = (wanted: string | Mutation) =>
  outcomes[LIBRARIES.findIndex(({ tests, mutation }) => (mutation ?? tests) === wanted)];

describe("the tests of the client library", () => {
  it.each(["connection", "requests", "messages", "recovery", "channels"])(
    "about its %s pass with the library as it is",
    (tests) => {
      const { passed = 0, failed } = outcomeOf(tests) ?? {};
      expect([passed > 10, failed]).toEqual([true, 0]);
    },
  );

  it.each(MUTATIONS)("fail if the library $mistake", (mutation) => {
    const source = readFileSync(path.join(repositoryRoot, "client", "src", `${mutation.file}.ts`), "utf8");
    expect(source.split(mutation.line)).toHaveLength(2);
    expect(outcomeOf(mutation)?.failed).toBeGreaterThan(0);
  });
});
