import { execFile } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { installInProject } from "../support/packed-library";
import type { Blocks } from "../support/synthesize";
import { repositoryRoot } from "../support/terraform";

const run = promisify(execFile);
const COMPILER = path.join(repositoryRoot, "node_modules", "typescript", "bin", "tsc");

/** What the app of test/package/project synthesized and printed. */
export interface AppRun {
  readonly printed: unknown;
  /** The folder of its stack. */
  readonly folder: string;
  readonly stack: Readonly<Record<string, Blocks | undefined>>;
}

/** How the app is compiled: under which names, in which folder. */
export interface AppKind {
  readonly name: string;
  readonly files: readonly string[];
  readonly settings: object;
}

/** A project of a user's, with the packed library installed and the app of test/package/project in it. */
export class AppProject {
  private constructor(private readonly folder: string) {}

  static async install(
    folder: string,
    manifest: Readonly<Record<string, unknown>>,
    tarball: string,
  ): Promise<AppProject> {
    await installInProject(folder, manifest, tarball);
    return new AppProject(folder);
  }

  /** The same on this repository's own cdktf and bindings: nothing to install, and nothing shown about installing. */
  static async link(folder: string, tarball: string): Promise<AppProject> {
    const modules = path.join(folder, "node_modules");
    mkdirSync(path.join(modules, "sumu"), { recursive: true });
    for (const name of ["@cdktf", "cdktf", "constructs"]) {
      symlinkSync(path.join(repositoryRoot, "node_modules", name), path.join(modules, name));
    }
    await run("tar", ["-xzf", tarball, "-C", path.join(modules, "sumu"), "--strip-components", "1"]);
    return new AppProject(folder);
  }

  /** A path in its folder. */
  path(...names: string[]): string {
    return path.join(this.folder, ...names);
  }

  /** A path below its node_modules. */
  installed(...names: string[]): string {
    return path.join(this.folder, "node_modules", ...names);
  }

  /** What Node.js prints in its folder. */
  async node(...args: string[]): Promise<string> {
    return (await run(process.execPath, args, { cwd: this.folder })).stdout.trim();
  }

  /** Compiles the app in one process, which reads the declarations once. @throws Error with what the compiler said */
  async compile(...kinds: readonly AppKind[]): Promise<void> {
    for (const { name, files, settings } of kinds) {
      const below = path.join(this.folder, name);
      for (const file of files) {
        cpSync(path.join(__dirname, "project", "app.ts"), path.join(below, file));
      }
      symlinkSync(path.join(repositoryRoot, "node_modules", "@types"), path.join(below, "types"));
      const compilerOptions = {
        ...settings,
        target: "es2022",
        strict: true,
        // Half the time. A type of the library that does not resolve still fails: the app expects errors of it.
        skipLibCheck: true,
        typeRoots: ["types"],
        types: ["node"],
      };
      writeFileSync(path.join(below, "tsconfig.json"), JSON.stringify({ compilerOptions, files }));
    }
    await this.node(COMPILER, "--build", ...kinds.map(({ name }) => name)).catch((error: unknown) => {
      throw new Error(String((error as { stdout?: unknown }).stdout));
    });
  }

  /** Runs a compiled app. @param file - `<name>/<file>` of {@link compile} */
  async run(file: string): Promise<AppRun> {
    const outdir = path.join(this.folder, `${file}.out`);
    const { stdout } = await run(process.execPath, [file], {
      cwd: this.folder,
      env: { ...process.env, OUTDIR: outdir },
    });
    const folder = path.join(outdir, "stacks", "realtime");
    const stack = JSON.parse(readFileSync(path.join(folder, "cdk.tf.json"), "utf8")) as AppRun["stack"];
    return { printed: JSON.parse(stdout), folder, stack };
  }
}
