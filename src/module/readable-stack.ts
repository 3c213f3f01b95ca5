import { type TerraformElement, TerraformStack } from "cdktf";
import type { Node } from "constructs";

/** The name of a resource whose path adds nothing to its type: `data.aws_region.current`. */
const SINGLETON = "current";

/**
 * A stack with readable addresses. People read them, and `moved` blocks, states and snapshots contain them:
 * `aws_sqs_queue.messages_dlq`, not `aws_sqs_queue.sumu_integration_messages_dlq_1A2B3C4D`.
 *
 * An address is the element's path below its part of the architecture, without the words of its type. Use it for one
 * SUMU per stack. In other stacks, use cdktf's own unique ids.
 */
export class ReadableStack extends TerraformStack {
  private readonly paths = new Map<string, string>();

  protected override allocateLogicalId(element: TerraformElement | Node): string {
    const node = "node" in element ? element.node : element;
    const type = "terraformResourceType" in element ? String(element.terraformResourceType) : "";
    const name = readableName(node.path.split("/").slice(1), type);
    const address = `${element.constructor.name} ${name}`;
    const holder = this.paths.get(address);
    if (holder !== undefined && holder !== node.path) {
      throw new Error(`${holder} and ${node.path} would have the same address, ${name}.`);
    }
    this.paths.set(address, node.path);
    return name;
  }
}

/** `["sumu", "integration", "messages", "dlq"]` of an `aws_sqs_queue` becomes `messages_dlq`. */
function readableName(path: readonly string[], type: string): string {
  const [own = ""] = path.slice(-1);
  if (path.length < 3) {
    return own;
  }
  const kinds = suffixes(type);
  const words = path
    .slice(2)
    .map((segment) => (kinds.includes(segment) ? "" : withoutKind(segment, kinds)))
    .filter((segment) => segment !== "");
  return words.join("_") || SINGLETON;
}

/** `aws_sqs_queue`: `["aws_sqs_queue", "sqs_queue", "queue"]`, longest first. */
function suffixes(type: string): string[] {
  const words = type.split("_");
  return words.map((_, index) => words.slice(index).join("_"));
}

function withoutKind(segment: string, kinds: readonly string[]): string {
  const kind = kinds.find((suffix) => suffix !== "" && segment.endsWith(`_${suffix}`));
  return kind === undefined ? segment : segment.slice(0, -kind.length - 1);
}
