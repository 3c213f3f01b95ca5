import { execFile, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { describeUnless } from "./describe-unless";
import { repositoryRoot } from "./terraform";

const run = promisify(execFile);

/** The files that `npm pack` reads from the repository. */
const SOURCES = [
  "handlers",
  "schemas",
  "scripts",
  "src",
  "package.json",
  "tsconfig.json",
  "tsconfig.package.json",
  "README.md",
  "CHANGELOG.md",
  "LICENSE",
];

export interface PackedLibrary {
  /** Path of the tarball. */
  readonly tarball: string;
  readonly bytes: number;
  /** Paths within the package. */
  readonly files: readonly string[];
}

/**
 * Runs `npm pack` on a copy of the repository. In the repository itself, it would replace the bundles that other tests
 * read.
 */
export async function packLibrary(folder: string): Promise<PackedLibrary> {
  const copy = mkdtempSync(path.join(tmpdir(), "sumu-pack-"));
  try {
    for (const name of SOURCES) {
      cpSync(path.join(repositoryRoot, name), path.join(copy, name), { recursive: true });
    }
    symlinkSync(path.join(repositoryRoot, "node_modules"), path.join(copy, "node_modules"));
    const stdout = await npm(copy, "pack", "--json", "--pack-destination", folder);
    const [packed] = JSON.parse(stdout.slice(stdout.indexOf("[\n"))) as {
      filename: string;
      size: number;
      files: { path: string }[];
    }[];
    if (packed === undefined) throw new Error(`npm pack packed nothing: ${stdout}`);
    return {
      tarball: path.join(folder, packed.filename),
      bytes: packed.size,
      files: packed.files.map((file) => file.path).sort(),
    };
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

/** Makes an empty project with a package.json and installs what it says, and the tarball. */
export async function installInProject(
  folder: string,
  manifest: Readonly<Record<string, unknown>>,
  tarball: string,
): Promise<void> {
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, "package.json"), JSON.stringify({ name: "shop", private: true, ...manifest }));
  await npm(folder, "install", tarball, "--prefer-offline", "--no-audit", "--no-fund");
}

/** @throws Error with what npm said. */
async function npm(folder: string, ...args: string[]): Promise<string> {
  try {
    return (await run("npm", args, { cwd: folder, maxBuffer: 16 * 1024 * 1024 })).stdout;
  } catch (error) {
    const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string };
    throw new Error(`npm ${args[0]} failed:\n${stdout}${stderr}`);
  }
}

function reason(): string | undefined {
  const probe = ["view", "cdktf@0.21.0", "version", "--prefer-offline", "--fetch-retries=0", "--fetch-timeout=10000"];
  return spawnSync("npm", probe).status === 0 ? undefined : "npm reaches no registry that has cdktf 0.21.0";
}

export const describeWithRegistry = describeUnless(reason(), "SUMU_REQUIRE_REGISTRY");
