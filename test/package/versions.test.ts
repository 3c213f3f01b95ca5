import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { repositoryRoot } from "../support/terraform";

const LEFT_OUT = ["node_modules", ".tools", ".git", "examples", "dist", "lib", "cdktf.out", "fixtures"];

function manifestsIn(folder: string): string[] {
  return readdirSync(path.join(repositoryRoot, folder), { withFileTypes: true }).flatMap((entry) => {
    if (LEFT_OUT.includes(entry.name)) return [];
    const file = path.posix.join(folder, entry.name);
    if (entry.isDirectory()) return manifestsIn(file);
    return ["package.json", "pyproject.toml"].includes(entry.name) && !isEntry(file) ? [file] : [];
  });
}

/** A package.json in a package's folder leads old bundlers to an entry of it. It has no name. */
function isEntry(file: string): boolean {
  return file.endsWith(".json") && !("name" in JSON.parse(readFileSync(path.join(repositoryRoot, file), "utf8")));
}

function versionOf(file: string): string | undefined {
  const text = readFileSync(path.join(repositoryRoot, file), "utf8");
  return /^(?: {2}"version": |version = )"(.*)",?$/m.exec(text)?.[1];
}

it("everything that the repository releases has one version", () => {
  const manifests = manifestsIn("");
  expect(manifests).toEqual(
    expect.arrayContaining(["package.json", "backend/python/pyproject.toml", "backend/typescript/package.json"]),
  );
  const version = versionOf("package.json");
  expect(Object.fromEntries(manifests.map((file) => [file, versionOf(file)]))).toEqual(
    Object.fromEntries(manifests.map((file) => [file, version])),
  );
});
