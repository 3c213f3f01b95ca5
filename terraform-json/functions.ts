import { createHash } from "node:crypto";
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
  /** @default as many as `least` */
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
 * The functions of Terraform that synthesized stacks call, by their names and with their semantics.
 *
 * @see https://developer.hashicorp.com/terraform/language/functions
 */
const FUNCTIONS: Readonly<Record<string, Signature>> = {
  // Strings
  endswith: two((text, suffix) => toText(text).endsWith(toText(suffix))),
  format: any((pattern = null, ...values) => format(toText(pattern), values)),
  join: two((separator, list) => toList(list).map(toText).join(toText(separator))),
  lower: one((text) => toText(text).toLowerCase()),
  regex: two((pattern, text) => regex(toText(pattern), toText(text))),
  replace: three((text, search, replacement) => replace(toText(text), toText(search), toText(replacement))),
  split: two((separator, text) => split(toText(separator), toText(text))),
  startswith: two((text, prefix) => toText(text).startsWith(toText(prefix))),
  substr: three((text, offset, length) => substr(toText(text), toNumber(offset), toNumber(length))),
  trimprefix: two((text, prefix) => {
    const whole = toText(text);
    return whole.startsWith(toText(prefix)) ? whole.slice(toText(prefix).length) : whole;
  }),
  trimspace: one((text) => toText(text).trim()),
  trimsuffix: two((text, suffix) => {
    const whole = toText(text);
    return whole.endsWith(toText(suffix)) ? whole.slice(0, whole.length - toText(suffix).length) : whole;
  }),
  upper: one((text) => toText(text).toUpperCase()),

  // Numbers
  ceil: one((number) => Math.ceil(toNumber(number))),
  floor: one((number) => Math.floor(toNumber(number))),
  max: any((...numbers) => Math.max(...numbers.map(toNumber))),
  min: any((...numbers) => Math.min(...numbers.map(toNumber))),

  // Collections
  alltrue: one((list) => toList(list).every(toBool)),
  anytrue: one((list) => toList(list).some(toBool)),
  coalesce: any((...values) => {
    const found = values.find((value) => !isBlank(value));
    if (found === undefined) throw new TerraformError("coalesce(): every argument is null or empty");
    return found;
  }),
  coalescelist: any((...lists) => {
    const found = lists.find((list) => toList(list).length > 0);
    if (found === undefined) throw new TerraformError("coalescelist(): every list is empty");
    return found;
  }),
  compact: one((list) => toList(list).filter((value) => !isBlank(value))),
  concat: any((...lists) => lists.flatMap((list) => [...toList(list)])),
  contains: two((list, value) => toList(list).some((item) => equal(item, value))),
  distinct: one((list) => distinct(toList(list))),
  element: two((list, index) => element(toList(list), toNumber(index))),
  flatten: one((list) => flatten(toList(list))),
  keys: one((map) => Object.keys(toObject(map)).sort()),
  length: one(length),
  lookup: {
    run: (map = null, key = null, ...fallback) => {
      const entries = toObject(map);
      const name = toText(key);
      if (Object.hasOwn(entries, name)) return entries[name] ?? null;
      const [value] = fallback;
      if (value === undefined) throw new TerraformError(`lookup(): the map has no key "${name}"`);
      return value;
    },
    least: 2,
    most: 3,
  },
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
  reverse: one((list) => [...toList(list)].reverse()),
  setunion: any((...lists) => distinct(lists.flatMap((list) => [...toList(list)]))),
  sort: one((list) => toList(list).map(toText).sort()),
  values: one((map) => {
    const entries = toObject(map);
    return Object.keys(entries)
      .sort()
      .map((key) => entries[key] ?? null);
  }),
  zipmap: two((keys, values) => {
    const items = toList(values);
    return Object.fromEntries(toList(keys).map((key, index) => [toText(key), items[index] ?? null]));
  }),

  // Conversions and encodings
  base64decode: one((text) => Buffer.from(toText(text), "base64").toString("utf8")),
  base64encode: one((text) => Buffer.from(toText(text), "utf8").toString("base64")),
  jsondecode: one((text) => jsonDecode(toText(text))),
  jsonencode: one(jsonEncode),
  md5: one((text) => digest("md5", toText(text), "hex")),
  nonsensitive: one((value) => value),
  sensitive: one((value) => value),
  sha1: one((text) => digest("sha1", toText(text), "hex")),
  sha256: one((text) => digest("sha256", toText(text), "hex")),
  base64sha256: one((text) => digest("sha256", toText(text), "base64")),
  tobool: one((value) => (value === null ? null : toBool(value))),
  tolist: one((value) => (value === null ? null : toList(value))),
  tomap: one((value) => (value === null ? null : toObject(value))),
  tonumber: one((value) => (value === null ? null : toNumber(value))),
  toset: one((value) => (value === null ? null : distinct(toList(value)))),
  tostring: one((value) => (value === null ? null : toText(value))),
  urlencode: one((text) => new URLSearchParams([["", toText(text)]]).toString().slice(1)),
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

function element(list: readonly Value[], index: number): Value {
  if (list.length === 0) throw new TerraformError("the list is empty");
  return list[((index % list.length) + list.length) % list.length] ?? null;
}

function distinct(list: readonly Value[]): Value[] {
  return list.filter((item, index) => list.findIndex((other) => equal(other, item)) === index);
}

function flatten(list: readonly Value[]): Value[] {
  return list.flatMap((item) => (isList(item) ? flatten(item) : [item]));
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

function format(template: string, values: readonly Value[]): string {
  let used = 0;
  const text = template.replace(/%(.)/gu, (verb, letter: string) => {
    if (letter === "%") return "%";
    const value = values[used];
    used += 1;
    if (value === undefined) throw new TerraformError(`no value is left for ${verb}`);
    if (letter === "s" || letter === "v")
      return isList(value) || isValueObject(value) ? jsonEncode(value) : toText(value);
    if (letter === "d") return String(Math.trunc(toNumber(value)));
    if (letter === "q") return JSON.stringify(toText(value));
    throw new TerraformError(`the verb ${verb} is not supported`);
  });
  if (used < values.length) throw new TerraformError(`${values.length} values for ${used} verbs`);
  return text;
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

function jsonDecode(text: string): Value {
  try {
    return JSON.parse(text) as Value;
  } catch {
    throw new TerraformError("the string is not JSON");
  }
}

function digest(algorithm: string, text: string, encoding: "hex" | "base64"): string {
  return createHash(algorithm).update(text).digest(encoding);
}
