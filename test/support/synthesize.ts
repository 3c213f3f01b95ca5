import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { ArchiveProvider } from "@cdktf/provider-archive/lib/provider";
import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { App, TerraformStack } from "cdktf";

export type Block = Readonly<Record<string, unknown>>;
export type Blocks = Readonly<Record<string, Readonly<Record<string, Block>>>>;

export interface SynthesizedStack {
  readonly resource: Blocks;
  readonly data: Blocks;
}

/** The Terraform JSON of a stack as a CDKTF app of the user's would synthesize it. */
export function synthesize(build: (stack: TerraformStack) => void): SynthesizedStack {
  const outdir = mkdtempSync(path.join(tmpdir(), "sumu-synth-"));
  try {
    const app = new App({ outdir });
    const stack = new TerraformStack(app, "app");
    new AwsProvider(stack, "aws", { region: "eu-west-1" });
    new ArchiveProvider(stack, "archive");
    build(stack);
    app.synth();
    const json = readFileSync(path.join(outdir, "stacks", "app", "cdk.tf.json"), "utf8");
    const { resource = {}, data = {} } = JSON.parse(json) as Partial<SynthesizedStack>;
    return { resource, data };
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}

/** The one resource of a type that satisfies a condition. @throws Error when there are none or several. */
export function only(
  blocks: Readonly<Record<string, Block>> | undefined,
  where: (block: Block) => boolean = () => true,
): Block {
  const found = Object.values(blocks ?? {}).filter(where);
  if (found.length !== 1 || found[0] === undefined) {
    throw new Error(`Expected one, found ${found.length}.`);
  }
  const { "//": _notes, ...block } = found[0];
  return block;
}

/** The path of a construct below the app, as cdktf notes it beside each block. */
export function pathOf(block: Block): string {
  return (block["//"] as { metadata: { path: string } }).metadata.path;
}
