import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

const SOURCE = "registry.terraform.io/hashicorp/aws";

/** Without this, a provider refuses to run: https://github.com/hashicorp/terraform/blob/v1.11.4/internal/plugin/serve.go */
const HANDSHAKE = {
  TF_PLUGIN_MAGIC_COOKIE: "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2",
  PLUGIN_PROTOCOL_VERSIONS: "5",
};

/**
 * The stand-in for hashicorp/aws, in one process for all commands of a root module. Terraform itself starts it three
 * times in each plan: that is a seventh of the plan's CPU.
 */
export class RunningProvider {
  private constructor(
    private readonly child: ChildProcess,
    private readonly sockets: string,
    /** Leads Terraform to the process: https://developer.hashicorp.com/terraform/plugin/debugging */
    readonly environment: Readonly<Record<string, string>>,
  ) {}

  /** Starts the provider that `terraform init` has installed in a root module. */
  static async start(rootModule: string, environment: NodeJS.ProcessEnv): Promise<RunningProvider> {
    const sockets = mkdtempSync(path.join(tmpdir(), "sumu-provider-"));
    const child = spawn(installed(rootModule), {
      env: { ...environment, ...HANDSHAKE, TMPDIR: sockets },
      stdio: ["ignore", "pipe", "ignore"],
    });
    const ended = once(child, "exit").then(() => ["The provider ended at once."]);
    const [line] = (await Promise.race([once(child.stdout, "data"), ended])) as [Buffer | string];
    const [, version, network, address, protocol] = line.toString().trim().split("|");
    if (protocol === undefined) throw new Error(line.toString());
    const reattach = {
      [SOURCE]: {
        Protocol: protocol,
        ProtocolVersion: Number(version),
        Pid: child.pid,
        // Terraform leaves the process running.
        Test: true,
        Addr: { Network: network, String: address },
      },
    };
    return new RunningProvider(child, sockets, { TF_REATTACH_PROVIDERS: JSON.stringify(reattach) });
  }

  stop(): void {
    this.child.kill();
    rmSync(this.sockets, { recursive: true, force: true });
  }
}

/** The provider's program: below its source come version and platform. */
function installed(rootModule: string): string {
  const only = (folder: string) => path.join(folder, readdirSync(folder)[0] ?? "");
  return only(only(only(path.join(rootModule, ".terraform", "providers", SOURCE))));
}
