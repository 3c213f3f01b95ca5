import { TemplateError } from "./template-error";
import { memberAt, type Value } from "./values";

const STEP = /\.([^.[\]()*?@,'"\s]+)|\[(\d+)\]|\['([^'\\]*)'\]|\["([^"\\]*)"\]/y;

/**
 * The part of JSONPath that mapping templates need: `$`, `$.a.b`, `$['a']`, `$["a"]`, `$.list[0]`.
 *
 * @returns null when there is no value at the path.
 * @throws TemplateError for wildcards, filters, slices and deep scans.
 */
export function readPath(root: Value, path: string): Value {
  return memberAt(root, stepsOf(path));
}

function stepsOf(path: string): (string | number)[] {
  if (!path.startsWith("$")) throw new TemplateError(`JSONPath ${path}: must start with $`);
  const steps: (string | number)[] = [];
  STEP.lastIndex = 1;
  while (STEP.lastIndex < path.length) {
    const match = STEP.exec(path);
    if (!match) throw new TemplateError(`JSONPath ${path}: only $, .name, ['name'] and [index] are supported`);
    const [, name, index, single, double] = match;
    steps.push(index === undefined ? (name ?? single ?? double ?? "") : Number(index));
  }
  return steps;
}
