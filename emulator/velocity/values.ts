/** A decimal number as its source wrote it: Java keeps digits that a JavaScript number would round. */
export class Decimal {
  constructor(readonly text: string) {}
}

/** A JSON object: Java's LinkedHashMap, in source order. */
export class JsonMap {
  constructor(readonly entries: ReadonlyMap<string, Value>) {}
}

/**
 * A JSON array. It prints as JSON (json-smart's JSONArray); a list that the template writes prints as Java's ArrayList.
 */
export class List {
  constructor(
    readonly items: readonly Value[],
    readonly isJson: boolean,
  ) {}
}

/** The possible values of a template's reference. Integers are bigint: Java's Integer and Long arithmetic is exact. */
export type Value = null | boolean | bigint | string | Decimal | JsonMap | List;

/** The value at a path of names and list indexes, or null when there is none. */
export function memberAt(root: Value, path: readonly (string | number)[]): Value {
  let value = root;
  for (const step of path) {
    if (typeof step === "string") value = value instanceof JsonMap ? (value.entries.get(step) ?? null) : null;
    else value = value instanceof List ? (value.items[step] ?? null) : null;
  }
  return value;
}

/** Java's `toString`, as Velocity prints a value: `{a=1, b=[{"c":"d"}]}` for an object. */
export function textOf(value: Exclude<Value, null>): string {
  if (typeof value === "string") return value;
  if (typeof value === "boolean" || typeof value === "bigint") return String(value);
  if (value instanceof Decimal) return value.text;
  if (value instanceof List) {
    return value.isJson ? jsonOf(value) : `[${value.items.map((item) => textOrNull(item)).join(", ")}]`;
  }
  return `{${[...value.entries].map(([key, item]) => `${key}=${textOrNull(item)}`).join(", ")}}`;
}

const textOrNull = (value: Value): string => (value === null ? "null" : textOf(value));

/** JSON text without whitespace; numbers stay as they were written. */
export function jsonOf(value: Value): string {
  if (value === null || typeof value === "boolean" || typeof value === "bigint") return String(value);
  if (typeof value === "string") return JSON.stringify(value);
  if (value instanceof Decimal) return value.text;
  if (value instanceof List) return `[${value.items.map(jsonOf).join(",")}]`;
  return `{${[...value.entries].map(([key, item]) => `${JSON.stringify(key)}:${jsonOf(item)}`).join(",")}}`;
}

/** Converts a plain JavaScript value (an event's context, stage variables) for a template. `undefined` becomes null. */
export function toValue(plain: unknown): Value {
  if (plain === null || plain === undefined) return null;
  if (typeof plain === "boolean" || typeof plain === "bigint" || typeof plain === "string") return plain;
  if (typeof plain === "number") return Number.isInteger(plain) ? BigInt(plain) : new Decimal(String(plain));
  if (Array.isArray(plain)) return new List(plain.map(toValue), true);
  if (typeof plain === "object") {
    return new JsonMap(new Map(Object.entries(plain).map(([key, item]) => [key, toValue(item)])));
  }
  throw new TypeError(`a template cannot hold a ${typeof plain}`);
}
