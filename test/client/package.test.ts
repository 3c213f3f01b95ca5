import { execFile } from "node:child_process";
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { buildClient, CLIENT_ENTRIES } from "../../scripts/build-client";
import { CLIENT_PARTS, clientBytes, sizeRow } from "../../scripts/measure-client";
import { describeUnless } from "../support/describe-unless";
import { describeWithRegistry } from "../support/packed-library";
import { repositoryRoot } from "../support/terraform";
import { HistoryServer } from "./support/history-server";
import { installRuntime, RUNTIMES } from "./support/runtimes";

const run = promisify(execFile);
jest.setTimeout(180_000);

const root = (...names: string[]) => path.join(repositoryRoot, ...names);
const PROGRAM = path.join(__dirname, "support", "program.mjs");

let project: string;
let installed: string;
beforeAll(async () => {
  project = mkdtempSync(path.join(tmpdir(), "sumu-client-test-"));
  installed = path.join(project, "node_modules", "sumu-client");
  mkdirSync(installed, { recursive: true });
  await buildClient(path.join(installed, "lib"));
  copyFileSync(root("client", "package.json"), path.join(installed, "package.json"));
  // For what does not know the member "exports": Metro before React Native 0.79, webpack 4, moduleResolution node10.
  for (const entry of ["react", "tabs"])
    cpSync(root("client", entry), path.join(installed, entry), { recursive: true });
});
afterAll(() => rmSync(project, { recursive: true, force: true }));

describe("the package sumu-client", () => {
  it("installs no other package", () => {
    const manifest = JSON.parse(readFileSync(root("client", "package.json"), "utf8"));
    expect(manifest.dependencies).toBe(undefined);
    expect(Object.keys(manifest.peerDependencies)).toEqual(Object.keys(manifest.peerDependenciesMeta));
  });

  it.each(["module", "commonjs"])("gives the same names to an application of type %s", async (type) => {
    const names = async (entry: string) => {
      const program =
        type === "module"
          ? `import * as all from "sumu-client${entry}"; console.log(JSON.stringify(Object.keys(all).sort()));`
          : `console.log(JSON.stringify(Object.keys(require("sumu-client${entry}")).sort()));`;
      const { stdout } = await run(process.execPath, ["--input-type", type, "-e", program], { cwd: project });
      return JSON.parse(stdout);
    };
    expect(await names("")).toEqual(["SumuClient", "SumuCore", "SumuError", "localStorageCursor", "tokenLifeMs"]);
    expect(await names("/tabs")).toEqual(["shareTabs"]);
  });

  it("has types for both kinds of modules and for bundlers, without DOM, Node.js or React beside it", async () => {
    const program = `
      import { localStorageCursor, SumuClient, type Message, type SocketClass } from "sumu-client";
      import { shareTabs } from "sumu-client/tabs";
      type Order = { order: number };
      const sumu = new SumuClient<Order, string>({ url: "wss://a", token: async (why) => (why === "refused" ? null : "t"), cursor: localStorageCursor("k") });
      sumu.on("message", ({ data, id, channel }) => { const n: number = data.order; const s: string | undefined = id ?? channel; });
      sumu.on("state", (state, why) => { const online: boolean = state === "online"; });
      const sent: Promise<void> = sumu.send("text");
      const off: () => void = sumu.channel<{ text: string }>("a").subscribe((message: Message<{ text: string }>) => message.data.text);
      const shared = shareTabs<Order, string>("k", () => sumu);
      // @ts-expect-error: the application sends texts
      sumu.send(5);
      // @ts-expect-error: there is no such event
      shared.on("massage", () => {});
      export { off, sent };`;
    const compiler = require.resolve("typescript/bin/tsc");
    const kinds = [
      ["app.mts", "node16", "node16"],
      ["app.cts", "node16", "node16"],
      ["app.ts", "esnext", "bundler"],
      ["app.ts", "commonjs", "node10"],
    ] as const;
    const projects = kinds.map(([file, module, moduleResolution]) => {
      const folder = path.join(project, `${file}-${moduleResolution}`);
      mkdirSync(folder);
      writeFileSync(path.join(folder, file), program);
      // The package's declarations are checked, those of ECMAScript are not.
      const options = {
        noEmit: true,
        strict: true,
        target: "es2022",
        lib: ["es2022"],
        types: [],
        skipDefaultLibCheck: true,
      };
      const compilerOptions = { ...options, module, moduleResolution };
      writeFileSync(path.join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files: [file] }));
      return folder;
    });
    // One process for all of them. Each message names the file.
    const { stdout } = await run(process.execPath, [compiler, "--build", ...projects], { cwd: project }).catch(
      (error) => error,
    );
    expect(stdout).toBe("");
  });

  it("says nothing of the machine that built it, and has a source map for each file", () => {
    for (const entry of CLIENT_ENTRIES) {
      for (const file of [`${entry}.js`, `${entry}.mjs`]) {
        const read = (name: string) => readFileSync(path.join(installed, "lib", name), "utf8");
        expect(read(file)).toContain(`//# sourceMappingURL=${file}.map`);
        expect(JSON.parse(read(`${file}.map`)).version).toBe(3);
        expect(`${read(file)}${read(`${file}.map`)}`).not.toContain(repositoryRoot);
      }
    }
  });

  it.each(Object.entries(CLIENT_PARTS))("is as small as its page says: %s", async (what, { source, limit }) => {
    const bytes = await clientBytes(source);
    expect(bytes).toBeLessThanOrEqual(limit);
    const page = readFileSync(root("docs", "client-library.md"), "utf8");
    expect(page).toContain(sizeRow(`sumu-client, ${what}`, bytes));
  });
});

describe.each(RUNTIMES)("on $title", (runtime) => {
  const isHere = runtime.package === undefined;
  const isInstallable = process.platform === "linux" && process.arch === "x64";
  const missing = isHere || isInstallable ? undefined : "the test knows no binary for this machine";
  const isFromRegistry = !isHere && missing === undefined;
  (isFromRegistry ? describeWithRegistry : describeUnless(missing, "SUMU_REQUIRE_REGISTRY"))("the client", () => {
    it("sends, posts, hears, and recovers what it missed, each once; then nothing keeps the process alive", async () => {
      const binary = await installRuntime(runtime);
      const server = await HistoryServer.start();
      try {
        const sockets = runtime.usesWs ? [root("node_modules", "ws", "wrapper.mjs")] : [];
        const args = [...runtime.args, PROGRAM, server.url, path.join(installed, "lib", "index.mjs"), ...sockets];
        const { stdout } = await run(binary, args, { timeout: 30_000, killSignal: "SIGKILL", cwd: project });
        expect(JSON.parse(stdout)).toEqual({
          first: ["posted", true],
          missed: [0, 1, 2].map((index) => [`missed ${index}`, true]),
          states: ["online", "offline: network", "connecting", "online", "closed: closed"],
          why: runtime.usesWs ? "refused" : "closed",
        });
        expect(server.sent).toEqual([
          ["send", "hello"],
          ["send", { cut: 3 }],
        ]);
        expect(server.connections).toBe(0);
      } finally {
        await server.stop();
      }
    });
  });
});
