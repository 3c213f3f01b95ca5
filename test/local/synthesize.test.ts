import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { sourceKey } from "../../local/source-key";
import { synthesize } from "../../local/synthesize";
import { HANDLERS } from "../../src/contract/handlers";

jest.setTimeout(60_000);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "sumu-test-synthesize-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const write = (file: string, text: string): void => {
  mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
  writeFileSync(path.join(folder, file), text);
};

it("synthesizes and packs once for the same sources, and removes what is older than a day", async () => {
  for (const [name, days] of Object.entries({ "stack-old": 2, "stack-young": 0.5, "node-24": 9 })) {
    mkdirSync(path.join(folder, name));
    const made = new Date(Date.now() - days * 86_400_000);
    utimesSync(path.join(folder, name), made, made);
  }

  const [first, second] = await Promise.all([synthesize(undefined, folder), synthesize(undefined, folder)]);
  const made = statSync(path.join(first.folder, "cdk.tf.json")).mtimeMs;
  const third = await synthesize(undefined, folder);

  expect(second).toEqual(first);
  expect(third).toEqual(first);
  expect(statSync(path.join(third.folder, "cdk.tf.json")).mtimeMs).toBe(made);
  const own = path.relative(folder, first.folder).split(path.sep)[0] ?? "";
  expect(readdirSync(folder).sort()).toEqual(["node-24", "stack-young", own].sort());
  const bundles = path.join(folder, own, "handlers");
  expect(readdirSync(bundles).sort()).toEqual([...HANDLERS].sort());
  expect(JSON.stringify(first.json)).toContain(path.join(bundles, "pusher", "index.mjs"));
});

it("a key of sources changes with a byte, a name, a file more, and the place; not with other files", async () => {
  write("main.ts", "a");
  write("src/deep/one.ts", "b");
  const key = (): Promise<string> => sourceKey(folder, ["main.ts", "src"]);
  const seen = [await key()];
  write("README.md", "x");
  expect(await key()).toBe(seen[0]);
  write("src/deep/one.ts", "c");
  seen.push(await key());
  write("src/deep/two.ts", "");
  seen.push(await key());
  rmSync(path.join(folder, "src/deep/two.ts"));
  write("src/deep/three.ts", "");
  seen.push(await key());
  write("main.ts", "ab");
  seen.push(await key());
  seen.push(await sourceKey(path.join(folder, "src"), ["deep"]), await sourceKey(folder, ["src"]));
  expect(new Set(seen).size).toBe(seen.length);
});
