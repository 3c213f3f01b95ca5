import {
  equal,
  isList,
  isValueObject,
  TerraformError,
  toBool,
  toList,
  toNumber,
  toObject,
  toText,
  typeName,
  type Value,
} from "./value";

type TerraformFunction = (...args: Value[]) => Value;

interface Signature {
  readonly run: TerraformFunction;
  readonly least: number;
  /** @default - as many as `least` */
  readonly most?: number;
}

const one = (run: (value: Value) => Value): Signature => ({ run: (value = null) => run(value), least: 1 });
const two = (run: (a: Value, b: Value) => Value): Signature => ({ run: (a = null, b = null) => run(a, b), least: 2 });
const three = (run: (a: Value, b: Value, c: Value) => Value): Signature => ({
  run: (a = null, b = null, c = null) => run(a, b, c),
  least: 3,
});
const any = (run: TerraformFunction): Signature => ({ run, least: 1, most: Number.POSITIVE_INFINITY });

const isBlank = (value: Value): boolean => value === null || value === "";

/**
 * The functions that this repository's stacks call, by Terraform's names and with Terraform's semantics. A stack that
 * calls another function is refused with that function's name: add the function here, with an example in its test.
 *
 * @see https://developer.hashicorp.com/terraform/language/functions
 */
const FUNCTIONS: Readonly<Record<string, Signature>> = {
  alltrue: one((list) => toList(list).every(toBool)),
  coalesce: any((...values) => {
    const found = values.find((value) => !isBlank(value));
    if (found === undefined) throw new TerraformError("coalesce(): every argument is null or empty");
    return found;
  }),
  compact: one((list) => toList(list).filter((value) => !isBlank(value))),
  contains: two((list, value) => toList(list).some((item) => equal(item, value))),
  distinct: one((list) => distinct(toList(list))),
  element: two((list, index) => element(toList(list), toNumber(index))),
  endswith: two((text, suffix) => toText(text).endsWith(toText(suffix))),
  floor: one((number) => Math.floor(toNumber(number))),
  join: two((separator, list) => toList(list).map(toText).join(toText(separator))),
  jsonencode: one(jsonEncode),
  keys: one((map) => Object.keys(toObject(map)).sort()),
  length: one(length),
  lower: one((text) => toText(text).toLowerCase()),
  merge: any((...maps) => {
    const given = maps.filter((map) => map !== null).map(toObject);
    return Object.fromEntries(given.flatMap((map) => Object.entries(map)));
  }),
  one: one((list) => {
    const items = list === null ? [] : toList(list);
    if (items.length > 1)
      throw new TerraformError(`one(): the list has ${items.length} elements, one or none is needed`);
    return items[0] ?? null;
  }),
  regex: two((pattern, text) => regex(toText(pattern), toText(text))),
  replace: three((text, search, replacement) => replace(toText(text), toText(search), toText(replacement))),
  setintersection: any((...sets) => {
    const [first = [], ...others] = sets.map(toList);
    return distinct(first.filter((item) => others.every((other) => has(other, item))));
  }),
  setsubtract: two((set, other) => {
    const removed = toList(other);
    return distinct(toList(set).filter((item) => !has(removed, item)));
  }),
  split: two((separator, text) => split(toText(separator), toText(text))),
  substr: three((text, offset, length) => substr(toText(text), toNumber(offset), toNumber(length))),
  zipmap: two((keys, values) => {
    const names = toList(keys);
    const items = toList(values);
    if (names.length !== items.length) throw new TerraformError(`${names.length} keys for ${items.length} values`);
    return Object.fromEntries(names.map((name, index) => [toText(name), items[index] ?? null]));
  }),
};

/**
 * Calls one of Terraform's functions.
 *
 * @throws TerraformError for a function that is not known here, and for arguments that Terraform would refuse.
 */
export function callFunction(name: string, args: readonly Value[]): Value {
  const signature = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
  if (signature === undefined) throw new TerraformError(`the function ${name}() is not known here`);
  const { run, least, most = least } = signature;
  if (args.length < least || args.length > most) {
    const wanted = most === least ? String(least) : Number.isFinite(most) ? `${least} to ${most}` : `at least ${least}`;
    throw new TerraformError(`${name}() takes ${wanted} arguments, got ${args.length}`);
  }
  try {
    return run(...args);
  } catch (error) {
    if (!(error instanceof TerraformError) || error.message.startsWith(`${name}()`)) throw error;
    throw error.at(`${name}()`);
  }
}

function length(value: Value): number {
  if (typeof value === "string") return [...new Intl.Segmenter().segment(value)].length;
  if (isList(value)) return value.length;
  if (isValueObject(value)) return Object.keys(value).length;
  throw new TerraformError(`a string, list or map is needed, got ${typeName(value)}`);
}

function has(list: readonly Value[], item: Value): boolean {
  return list.some((other) => equal(other, item));
}

function distinct(list: readonly Value[]): Value[] {
  return list.filter((item, index) => list.findIndex((other) => equal(other, item)) === index);
}

function element(list: readonly Value[], index: number): Value {
  if (list.length === 0) throw new TerraformError("the list is empty");
  return list[((index % list.length) + list.length) % list.length] ?? null;
}

function split(separator: string, text: string): string[] {
  return text === "" ? [""] : text.split(separator);
}

function substr(text: string, offset: number, length: number): string {
  const characters = [...text];
  const start = offset < 0 ? Math.max(characters.length + offset, 0) : offset;
  return characters.slice(start, length < 0 ? undefined : start + length).join("");
}

/** A search between slashes is a regular expression in RE2's syntax, which JavaScript's `u` flag is close enough to. */
function replace(text: string, search: string, replacement: string): string {
  if (search.length < 2 || !search.startsWith("/") || !search.endsWith("/"))
    return text.replaceAll(search, () => replacement);
  return text.replace(pattern(search.slice(1, -1), "gu"), replacement.replace(/\$\{(\w+)\}/g, "$<$1>"));
}

function regex(source: string, text: string): Value {
  const found = pattern(source, "u").exec(text);
  if (found === null) throw new TerraformError("the pattern matches no part of the string");
  if (found.groups !== undefined) {
    return Object.fromEntries(Object.entries(found.groups).map(([name, group]) => [name, group ?? null]));
  }
  return found.length === 1 ? found[0] : found.slice(1).map((group) => group ?? null);
}

function pattern(source: string, flags: string): RegExp {
  try {
    return new RegExp(source, flags);
  } catch {
    throw new TerraformError(`${JSON.stringify(source)} is no regular expression that can be read here`);
  }
}

/** As Terraform writes it: keys sorted, `<`, `>` and `&` escaped, and so the same bytes that a plan would show. */
function jsonEncode(value: Value): string {
  return JSON.stringify(sorted(value)).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function sorted(value: Value): Value {
  if (isList(value)) return value.map(sorted);
  if (!isValueObject(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sorted(value[key] ?? null)]),
  );
}
