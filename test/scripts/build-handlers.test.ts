import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { HANDLERS } from "../../src/contract/handlers";
import { repositoryRoot } from "../support/terraform";

const dist = (root: string, name: string) => path.join(root, "dist", "handlers", name);

function checksum(root: string, name: string): string {
  return createHash("sha256")
    .update(readFileSync(path.join(dist(root, name), "index.mjs")))
    .digest("hex");
}

describe("npm run build", () => {
  let elsewhere: string;
  beforeAll(() => {
    elsewhere = mkdtempSync(path.join(tmpdir(), "sumu-build-test-"));
    for (const folder of ["handlers", "scripts", "src", "package.json", "tsconfig.json"]) {
      cpSync(path.join(repositoryRoot, folder), path.join(elsewhere, folder), { recursive: true });
    }
    symlinkSync(path.join(repositoryRoot, "node_modules"), path.join(elsewhere, "node_modules"));
    execFileSync(process.execPath, ["--import", "tsx", "scripts/build-handlers.ts"], { cwd: elsewhere });
  });
  afterAll(() => rmSync(elsewhere, { recursive: true, force: true }));

  it.each(HANDLERS)("packs %s into the same bytes in another folder", (name) => {
    expect(checksum(elsewhere, name)).toBe(checksum(repositoryRoot, name));
  });

  it.each(HANDLERS)("packs %s into one ES module that exports handler", async (name) => {
    expect(readdirSync(dist(repositoryRoot, name))).toEqual(["index.mjs"]);
    const source = readFileSync(path.join(dist(repositoryRoot, name), "index.mjs"), "utf8");
    // Not by toMatch, which would print the bundle.
    expect(/export\{[^{}]*\w+ as handler[,}][^{}]*;\n$/.test(source)).toBe(true);
    expect(source.includes(repositoryRoot)).toBe(false);
  });
});
