import type { Body } from "../velocity/body";
import { Decimal, memberAt, textOf, type Value } from "../velocity/values";

/** Selects a key from a request. Undefined: the expression has no value for this request. */
export type Selection = (body: Body) => string | undefined;

const BODY_PATH = /^\$\{?request\.body\.([\w.-]+)\}?$/;

/**
 * A selection expression: `$request.body.action`, a literal (`200`), or an escaped one (`\$default`).
 *
 * @throws Error for another variable.
 */
export function compileSelection(expression: string): Selection {
  const path = BODY_PATH.exec(expression)?.[1]?.split(".");
  if (path) return (body) => scalarText(memberAt(body.json ?? null, path));
  const literal = expression.replace(/^\\\$/, "");
  if (literal.includes("$")) throw new Error(`selection expression ${expression} is not supported here`);
  const key = expression.startsWith("\\$") ? `$${literal}` : literal;
  return () => key;
}

const scalarText = (value: Value): string | undefined =>
  value !== null && (typeof value !== "object" || value instanceof Decimal) ? textOf(value) : undefined;
