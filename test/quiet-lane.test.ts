import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { importsOf } from "./support/import-graph";
import { repositoryRoot } from "./support/terraform";

/** What reads elapsed time: a bound on it fails when the machine is busy with other tests. */
const STOPWATCH = /performance\.now\(\)|process\.hrtime|Date\.now\(\) - \w*(?:start|began|before)/i;

describe("a test that measures time", () => {
  const files = ["test", "support"].flatMap((folder) =>
    readdirSync(path.join(repositoryRoot, folder), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts"))
      .map((file) => path.posix.join(folder, file)),
  );
  const imports = importsOf(repositoryRoot, files);
  const measures = (file: string) => STOPWATCH.test(readFileSync(path.join(repositoryRoot, file), "utf8"));

  function reaches(file: string, seen = new Set<string>()): boolean {
    if (seen.has(file)) return false;
    seen.add(file);
    return measures(file) || (imports.get(file) ?? []).some((target) => reaches(target, seen));
  }

  it("is named *.quiet.test.ts, so that nothing runs beside it", () => {
    const own = path.relative(repositoryRoot, __filename);
    const timed = files.filter((file) => file.endsWith(".test.ts") && file !== own && reaches(file));
    expect(timed.filter((file) => !file.endsWith(".quiet.test.ts"))).toEqual([]);
    expect(timed.length).toBeGreaterThan(2);
  });
});

describe("the suites that begin first, because they are the slowest", () => {
  it("exist", () => {
    const text = readFileSync(path.join(__dirname, "support", "slowest-first.mjs"), "utf8");
    const names = [...text.matchAll(/^ {2}"([\w/-]+)",$/gm)].map(([, name]) => `${name}.test.ts`);
    const suites = readdirSync(__dirname, { recursive: true, encoding: "utf8" });
    expect(names.length).toBeGreaterThan(5);
    expect(names.filter((name) => !suites.includes(name))).toEqual([]);
  });
});
