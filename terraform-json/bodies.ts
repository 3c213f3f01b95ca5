import { evaluate, type Scope } from "./evaluator";
import { parseTemplate } from "./parser";
import { isList, isObject, isValueObject, located, TerraformError, toText, type Value } from "./value";

/**
 * Evaluates every template inside a piece of Terraform JSON, however deep, and unrolls `dynamic` blocks.
 *
 * @throws TerraformError naming the place inside `place` where it failed.
 */
export function evaluateBody(body: unknown, scope: Scope, place: string): Value {
  if (typeof body === "string") return located(place, () => evaluate(parseTemplate(body), scope));
  if (Array.isArray(body)) return body.map((item, index) => evaluateBody(item, scope, `${place}[${index}]`));
  if (isObject(body)) {
    const entries = Object.entries(body).filter(([key]) => key !== "//" && key !== "dynamic");
    const plain = Object.fromEntries(
      entries.map(([key, value]): [string, Value] => [key, evaluateBody(value, scope, `${place}.${key}`)]),
    );
    const unrolled = isObject(body.dynamic) ? unroll(body.dynamic, scope, `${place}.dynamic`) : [];
    return {
      ...plain,
      ...Object.fromEntries(unrolled.map(([name, blocks]) => [name, [...listOf(plain[name]), ...blocks]])),
    };
  }
  if (body === null || typeof body === "boolean" || typeof body === "number") return body;
  throw new TerraformError(`${place}: ${typeof body} is no JSON`);
}

/** Ordinary blocks of the same type as a dynamic block stay, and come first. */
function listOf(blocks: Value | undefined): readonly Value[] {
  if (blocks === undefined || blocks === null) return [];
  return isList(blocks) ? blocks : [blocks];
}

/** A dynamic block becomes as many blocks as its `for_each` has elements. */
function unroll(dynamic: { readonly [name: string]: unknown }, scope: Scope, place: string): [string, Value[]][] {
  return Object.entries(dynamic).map(([name, declared]): [string, Value[]] => [
    name,
    (Array.isArray(declared) ? declared : [declared]).flatMap((block) => {
      if (!isObject(block)) throw new TerraformError(`${place}.${name}: a block is an object`);
      const iterator = typeof block.iterator === "string" ? block.iterator : name;
      return elements(evaluateBody(block.for_each, scope, `${place}.${name}.for_each`), `${place}.${name}`).map(
        ([key, value]) =>
          evaluateBody(block.content, { ...scope, [iterator]: { key, value } }, `${place}.${name}.content`),
      );
    }),
  ]);
}

/** The elements of a `for_each`: a map has its keys; elements of a list or set are themselves the keys of a set. */
export function elements(collection: Value, place: string): [key: Value, value: Value][] {
  if (isList(collection)) return collection.map((value, index) => [typeof value === "string" ? value : index, value]);
  if (isValueObject(collection)) {
    return Object.keys(collection)
      .sort()
      .map((key) => [toText(key), collection[key] ?? null]);
  }
  throw new TerraformError(`${place}: for_each runs over a list, set or map`);
}
