import { javaRegex, javaReplace } from "./java-regex";
import { TemplateError } from "./template-error";
import { JsonMap, List, textOf, type Value } from "./values";

/**
 * Calls a Java method of a string, list or map, but only where all versions of Velocity agree. @throws TemplateError
 */
export function callMethod(target: Exclude<Value, null>, name: string, args: readonly Value[]): Value {
  const typeName = javaTypeOf(target);
  const method = METHODS[typeName]?.[`${name}/${args.length}`];
  if (!method)
    throw new TemplateError(`.${name}() with ${args.length} argument(s) is not a method of ${typeName} here`);
  return method(target as never, ...(args as never[]));
}

function javaTypeOf(value: Exclude<Value, null>): string {
  if (typeof value === "string") return "String";
  if (value instanceof List) return "List";
  if (value instanceof JsonMap) return "Map";
  return typeof value === "boolean" ? "Boolean" : "Number";
}

type Method = (target: never, ...args: never[]) => Value;

const string = (value: Value, method: string): string => {
  if (typeof value !== "string") throw new TemplateError(`.${method}() takes a String`);
  return value;
};

const index = (value: Value, method: string, length: number): number => {
  if (typeof value !== "bigint") throw new TemplateError(`.${method}() takes an integer`);
  if (value < 0n || value > BigInt(length)) {
    throw new TemplateError(`.${method}(${value}) is out of bounds: Java throws, API Gateway answers 500`);
  }
  return Number(value);
};

const substring = (text: string, begin: Value, end: Value): string => {
  const last = index(end, "substring", text.length);
  return text.slice(index(begin, "substring", last), last);
};

/** Compares as Java does: by the first UTF-16 code units that differ, or else by the lengths. */
const compareAsJava = (text: string, other: string): number => {
  const length = Math.min(text.length, other.length);
  for (let at = 0; at < length; at += 1) {
    const difference = text.charCodeAt(at) - other.charCodeAt(at);
    if (difference !== 0) return difference;
  }
  return text.length - other.length;
};

const element = (list: List, position: Value): Value =>
  list.items[index(position, "get", list.items.length - 1)] ?? null;

const METHODS: Readonly<Record<string, Readonly<Record<string, Method>>>> = {
  String: {
    "length/0": (text: string) => BigInt(text.length),
    "isEmpty/0": (text: string) => text === "",
    "toString/0": (text: string) => text,
    "trim/0": (text: string) => text.replace(/^[\0-\x20]+|[\0-\x20]+$/g, ""),
    "toLowerCase/0": (text: string) => text.toLowerCase(),
    "toUpperCase/0": (text: string) => text.toUpperCase(),
    "equals/1": (text: string, other: Value) => text === other,
    "equalsIgnoreCase/1": (text: string, other: Value) =>
      typeof other === "string" && text.toLowerCase() === other.toLowerCase(),
    "startsWith/1": (text: string, prefix: Value) => text.startsWith(string(prefix, "startsWith")),
    "endsWith/1": (text: string, suffix: Value) => text.endsWith(string(suffix, "endsWith")),
    "contains/1": (text: string, part: Value) => text.includes(string(part, "contains")),
    "indexOf/1": (text: string, part: Value) => BigInt(text.indexOf(string(part, "indexOf"))),
    "lastIndexOf/1": (text: string, part: Value) => BigInt(text.lastIndexOf(string(part, "lastIndexOf"))),
    "compareTo/1": (text: string, other: Value) => BigInt(compareAsJava(text, string(other, "compareTo"))),
    "concat/1": (text: string, other: Value) => text + string(other, "concat"),
    "matches/1": (text: string, pattern: Value) =>
      new RegExp(`^(?:${javaRegex(string(pattern, "matches")).source})$`, "u").test(text),
    "substring/1": (text: string, begin: Value) => substring(text, begin, BigInt(text.length)),
    "substring/2": substring,
    "replace/2": (text: string, target: Value, replacement: Value) =>
      text.replaceAll(string(target, "replace"), () => string(replacement, "replace")),
    "replaceAll/2": (text: string, pattern: Value, replacement: Value) =>
      javaReplace(text, string(pattern, "replaceAll"), string(replacement, "replaceAll"), false),
    "replaceFirst/2": (text: string, pattern: Value, replacement: Value) =>
      javaReplace(text, string(pattern, "replaceFirst"), string(replacement, "replaceFirst"), true),
  },
  List: {
    "size/0": (list: List) => BigInt(list.items.length),
    "isEmpty/0": (list: List) => list.items.length === 0,
    "get/1": element,
    "contains/1": (list: List, item: Value) => list.items.some((other) => other === item),
  },
  Map: {
    "size/0": (map: JsonMap) => BigInt(map.entries.size),
    "isEmpty/0": (map: JsonMap) => map.entries.size === 0,
    "get/1": (map: JsonMap, key: Value) => map.entries.get(string(key, "get")) ?? null,
    "containsKey/1": (map: JsonMap, key: Value) => map.entries.has(string(key, "containsKey")),
    "keySet/0": (map: JsonMap) => new List([...map.entries.keys()], false),
    "values/0": (map: JsonMap) => new List([...map.entries.values()], false),
  },
  Number: { "toString/0": (number: bigint) => textOf(number) },
  Boolean: { "toString/0": (value: boolean) => textOf(value) },
};
