import { referencesIn } from "./references";
import { isObject, TerraformError } from "./value";

type Body = { readonly [key: string]: unknown };

/** A local value, data source or resource of a stack, with the nodes that must be known before it. */
export interface StackNode {
  readonly kind: "local" | "data" | "resource";
  /** `local.x`, `data.<type>.<name>` or `<type>.<name>`. */
  readonly address: string;
  /** The provider's name of a data source or resource; empty for a local value. */
  readonly type: string;
  readonly name: string;
  readonly body: unknown;
  readonly dependencies: readonly string[];
}

/**
 * A synthesized root stack (`cdk.tf.json`), read and checked: every reference has a node, and references form no
 * circle.
 */
export interface Stack {
  readonly variables: { readonly [name: string]: Body };
  readonly outputs: { readonly [name: string]: Body };
  /** In an order in which each node comes after what it depends on. */
  readonly nodes: readonly StackNode[];
}

/** Sections that say how to run the stack. They are not part of its contents. */
const SETTINGS = new Set(["//", "terraform", "provider", "moved"]);
const SECTIONS = new Set(["variable", "output", "locals", "data", "resource"]);

/**
 * Reads the Terraform JSON of a root stack.
 *
 * @throws TerraformError for a section that is not supported (modules, imports), a reference to nothing, a circle.
 */
export function readStack(json: unknown): Stack {
  if (!isObject(json)) throw new TerraformError("a stack is a JSON object");
  for (const section of Object.keys(json)) {
    if (!SETTINGS.has(section) && !SECTIONS.has(section)) {
      throw new TerraformError(`the section "${section}" is not supported here`);
    }
  }
  const nodes = [
    ...Object.entries(section(json, "locals")).map(([name, body]) => node("local", "", name, body)),
    ...typed(section(json, "data")).map(([type, name, body]) => node("data", type, name, body)),
    ...typed(section(json, "resource")).map(([type, name, body]) => node("resource", type, name, body)),
  ];
  return {
    variables: bodies(section(json, "variable")),
    outputs: bodies(section(json, "output")),
    nodes: ordered(nodes),
  };
}

function section(json: Body, name: string): Body {
  const found = json[name];
  return isObject(found) ? found : {};
}

function bodies(found: Body): { readonly [name: string]: Body } {
  return Object.fromEntries(Object.entries(found).map(([name, body]) => [name, isObject(body) ? body : {}]));
}

function typed(found: Body): [type: string, name: string, body: unknown][] {
  return Object.entries(found).flatMap(([type, instances]) =>
    isObject(instances)
      ? Object.entries(instances).map(([name, body]): [string, string, unknown] => [type, name, body])
      : [],
  );
}

function node(kind: StackNode["kind"], type: string, name: string, body: unknown): StackNode {
  const address = { local: `local.${name}`, data: `data.${type}.${name}`, resource: `${type}.${name}` }[kind];
  // Terraform writes depends_on as bare addresses. Here they become references.
  const dependsOn = isObject(body) && Array.isArray(body.depends_on) ? body.depends_on : [];
  const { depends_on: _, lifecycle: __, provider: ___, ...rest } = isObject(body) && kind !== "local" ? body : { body };
  const dependencies = new Set([
    ...referencesIn(rest, address),
    ...referencesIn(
      dependsOn.map((dependency) => `\${${String(dependency)}}`),
      `${address}.depends_on`,
    ),
  ]);
  return { kind, address, type, name, body, dependencies: [...dependencies] };
}

function ordered(nodes: readonly StackNode[]): StackNode[] {
  const byAddress = new Map(nodes.map((one) => [one.address, one]));
  const done = new Set<string>();
  const result: StackNode[] = [];
  const visit = (one: StackNode, trail: readonly string[]): void => {
    if (done.has(one.address)) return;
    if (trail.includes(one.address)) {
      throw new TerraformError(`a circle of references: ${[...trail, one.address].join(" -> ")}`);
    }
    for (const address of one.dependencies) {
      const dependency = byAddress.get(address);
      if (dependency === undefined) {
        throw new TerraformError(`${one.address} refers to ${address}, which the stack does not declare`);
      }
      visit(dependency, [...trail, one.address]);
    }
    done.add(one.address);
    result.push(one);
  };
  for (const one of nodes) visit(one, []);
  return result;
}
