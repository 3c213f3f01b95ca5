import { parseTemplate } from "./parser";
import type { Expression } from "./syntax";
import { isObject, located } from "./value";

/** Names of values of the run itself. They are not nodes of the stack. */
const AMBIENT = new Set(["var", "path", "terraform", "count", "each"]);

/**
 * The nodes that a configuration body refers to, as Terraform orders them, also in branches that are not taken:
 * `local.x`, `data.<type>.<name>` or `<type>.<name>`.
 */
export function referencesIn(body: unknown, place: string): ReadonlySet<string> {
  const found = new Set<string>();
  collect(body, place, found, new Set());
  return found;
}

function collect(body: unknown, place: string, found: Set<string>, bound: ReadonlySet<string>): void {
  if (typeof body === "string")
    visit(
      located(place, () => parseTemplate(body)),
      found,
      bound,
    );
  else if (Array.isArray(body)) for (const item of body) collect(item, place, found, bound);
  else if (isObject(body)) {
    for (const [key, value] of Object.entries(body)) {
      if (key === "dynamic" && isObject(value)) collectDynamic(value, `${place}.dynamic`, found, bound);
      else if (key !== "//") collect(value, `${place}.${key}`, found, bound);
    }
  }
}

/** A dynamic block's iterator, by default its own name, is bound inside its content. */
function collectDynamic(
  blocks: { readonly [name: string]: unknown },
  place: string,
  found: Set<string>,
  bound: ReadonlySet<string>,
): void {
  for (const [name, block] of Object.entries(blocks)) {
    for (const one of Array.isArray(block) ? block : [block]) {
      if (!isObject(one)) continue;
      const iterator = typeof one.iterator === "string" ? one.iterator : name;
      collect(one.for_each, place, found, bound);
      collect(one.content, place, found, new Set([...bound, iterator]));
    }
  }
}

function visit(expression: Expression, found: Set<string>, bound: ReadonlySet<string>): void {
  if (expression.kind === "variable") note([expression.name], found, bound);
  if (expression.kind === "traversal" && expression.source.kind === "variable") {
    const names = expression.steps.map((step) => (step.kind === "attribute" ? step.name : undefined));
    note([expression.source.name, ...names], found, bound);
  }
  if (expression.kind === "for") {
    visit(expression.collection, found, bound);
    const names = [expression.keyName, expression.valueName].filter((name) => name !== undefined);
    const inner = new Set([...bound, ...names]);
    for (const part of [expression.resultKey, expression.result, expression.condition]) {
      if (part !== undefined) visit(part, found, inner);
    }
    return;
  }
  for (const part of partsOf(expression)) visit(part, found, bound);
}

function partsOf(expression: Exclude<Expression, { kind: "for" }>): readonly Expression[] {
  switch (expression.kind) {
    case "literal":
    case "variable":
      return [];
    case "traversal": {
      const keys = expression.steps.flatMap((step) => (step.kind === "index" ? [step.key] : []));
      return expression.source.kind === "variable" ? keys : [expression.source, ...keys];
    }
    case "template":
      return expression.parts;
    case "call":
      return expression.args;
    case "unary":
      return [expression.operand];
    case "binary":
      return [expression.left, expression.right];
    case "conditional":
      return [expression.condition, expression.whenTrue, expression.whenFalse];
    case "tuple":
      return expression.items;
    case "object":
      return expression.entries.flat();
  }
}

function note(path: readonly (string | undefined)[], found: Set<string>, bound: ReadonlySet<string>): void {
  const [root = "", first, second] = path;
  if (bound.has(root) || AMBIENT.has(root)) return;
  found.add([root, first, ...(root === "data" ? [second] : [])].filter((name) => name !== undefined).join("."));
}
