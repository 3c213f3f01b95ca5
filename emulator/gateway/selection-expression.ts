/** A JSON document as far as it is one. */
export type ParsedBody = { readonly json: unknown } | undefined;

export function parseBody(body: string): ParsedBody {
  try {
    return { json: JSON.parse(body) };
  } catch {
    return undefined;
  }
}

/** Picks a key by a request. Undefined: the expression leads nowhere. */
export type Selection = (body: ParsedBody) => string | undefined;

const BODY_PATH = /^\$\{?request\.body\.([\w.-]+)\}?$/;

/**
 * A selection expression: `$request.body.action`, a literal (`200`), or an escaped one (`\$default`).
 *
 * @throws Error for another variable.
 */
export function compileSelection(expression: string): Selection {
  const path = BODY_PATH.exec(expression)?.[1]?.split(".");
  if (path) return (body) => scalarText(memberOf(body?.json, path));
  const literal = expression.replace(/^\\\$/, "");
  if (literal.includes("$")) throw new Error(`selection expression ${expression} is not supported here`);
  const key = expression.startsWith("\\$") ? `$${literal}` : literal;
  return () => key;
}

/** The member of a JSON value at a path of names. */
export function memberOf(json: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, name) =>
      typeof value === "object" && value !== null && Object.hasOwn(value, name)
        ? (value as Record<string, unknown>)[name]
        : undefined,
    json,
  );
}

const scalarText = (value: unknown): string | undefined =>
  typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? String(value) : undefined;
