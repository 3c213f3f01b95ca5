import { callFunction } from "./functions";
import type { Expression, ForExpression, Step } from "./syntax";
import { equal, isList, isValueObject, TerraformError, toBool, toNumber, toText, typeName, type Value } from "./value";

/** The values of the names in an expression: `var`, `local`, `data`, `path`, `count`, `each`, and resource types. */
export type Scope = { readonly [name: string]: Value };

/**
 * Evaluates the expression.
 *
 * @throws TerraformError naming the reference, function or conversion that failed.
 */
export function evaluate(expression: Expression, scope: Scope): Value {
  switch (expression.kind) {
    case "literal":
      return expression.value;
    case "template":
      return expression.parts.map((part) => toText(evaluate(part, scope))).join("");
    case "variable":
      return lookUp(expression.name, scope);
    case "traversal":
      return walk(evaluate(expression.source, scope), expression.steps, scope, describeSource(expression.source));
    case "call":
      return call(expression, scope);
    case "unary":
      return expression.operator === "-"
        ? -toNumber(evaluate(expression.operand, scope))
        : !toBool(evaluate(expression.operand, scope));
    case "binary":
      return binary(expression.operator, expression.left, expression.right, scope);
    case "conditional":
      return toBool(evaluate(expression.condition, scope))
        ? evaluate(expression.whenTrue, scope)
        : evaluate(expression.whenFalse, scope);
    case "tuple":
      return expression.items.map((item) => evaluate(item, scope));
    case "object":
      return Object.fromEntries(
        expression.entries.map(([key, value]) => [toText(evaluate(key, scope)), evaluate(value, scope)]),
      );
    case "for":
      return forEach(expression, scope);
  }
}

function lookUp(name: string, scope: Scope): Value {
  if (!Object.hasOwn(scope, name)) throw new TerraformError(`nothing here is called "${name}"`);
  return scope[name] ?? null;
}

function describeSource(source: Expression): string {
  return source.kind === "variable" ? source.name : "the value";
}

function walk(start: Value, steps: readonly Step[], scope: Scope, startPath: string): Value {
  let value = start;
  let path = startPath;
  for (const [index, step] of steps.entries()) {
    if (step.kind === "splat") {
      const rest = steps.slice(index + 1);
      const elements = value === null ? [] : isList(value) ? value : [value];
      return elements.map((element, at) => walk(element, rest, scope, `${path}[${at}]`));
    }
    const key = step.kind === "attribute" ? step.name : evaluate(step.key, scope);
    value = part(value, key, path);
    path = step.kind === "attribute" ? `${path}.${step.name}` : `${path}[${JSON.stringify(key)}]`;
  }
  return value;
}

function part(value: Value, key: Value, path: string): Value {
  if (isList(value)) {
    const index = toNumber(key);
    const element = value[index];
    if (element === undefined) throw new TerraformError(`${path} has ${value.length} elements, none at [${index}]`);
    return element;
  }
  if (isValueObject(value)) {
    const name = toText(key);
    if (!Object.hasOwn(value, name)) throw new TerraformError(`${path} has no attribute "${name}"`);
    return value[name] ?? null;
  }
  throw new TerraformError(`${path} is ${typeName(value)}: it has no parts`);
}

/** `try` and `can` are syntax as much as functions: they decide whether their argument can be evaluated at all. */
function call({ name, args, expands }: Extract<Expression, { kind: "call" }>, scope: Scope): Value {
  if (name === "try" || name === "can") {
    for (const arg of args) {
      try {
        const value = evaluate(arg, scope);
        return name === "try" ? value : true;
      } catch (error) {
        if (!(error instanceof TerraformError)) throw error;
      }
    }
    if (name === "can") return false;
    throw new TerraformError("try(): no argument could be evaluated");
  }
  const values = args.map((arg) => evaluate(arg, scope));
  if (!expands) return callFunction(name, values);
  const last = values.at(-1) ?? null;
  if (!isList(last))
    throw new TerraformError(`${name}(): only a list can be expanded with "...", got ${typeName(last)}`);
  return callFunction(name, [...values.slice(0, -1), ...last]);
}

function binary(operator: string, left: Expression, right: Expression, scope: Scope): Value {
  switch (operator) {
    case "||":
      return toBool(evaluate(left, scope)) || toBool(evaluate(right, scope));
    case "&&":
      return toBool(evaluate(left, scope)) && toBool(evaluate(right, scope));
    case "==":
      return equal(evaluate(left, scope), evaluate(right, scope));
    case "!=":
      return !equal(evaluate(left, scope), evaluate(right, scope));
  }
  const a = toNumber(evaluate(left, scope));
  const b = toNumber(evaluate(right, scope));
  switch (operator) {
    case "<":
      return a < b;
    case ">":
      return a > b;
    case "<=":
      return a <= b;
    case ">=":
      return a >= b;
    case "+":
      return a + b;
    case "-":
      return a - b;
    case "*":
      return a * b;
    case "/":
    case "%":
      if (b === 0) throw new TerraformError("division by zero");
      return operator === "/" ? a / b : a % b;
    default:
      throw new TerraformError(`the operator ${operator} is not supported`);
  }
}

function forEach(expression: ForExpression, scope: Scope): Value {
  const collection = evaluate(expression.collection, scope);
  const entries: readonly (readonly [Value, Value])[] = isList(collection)
    ? collection.map((value, index) => [index, value] as const)
    : isValueObject(collection)
      ? Object.keys(collection)
          .sort()
          .map((key) => [key, collection[key] ?? null] as const)
      : [];
  if (!isList(collection) && !isValueObject(collection)) {
    throw new TerraformError(`a for expression runs over a list or a map, got ${typeName(collection)}`);
  }
  const results: Value[] = [];
  const byKey: [string, Value][] = [];
  for (const [key, value] of entries) {
    const inner: Scope = {
      ...scope,
      ...(expression.keyName === undefined ? {} : { [expression.keyName]: key }),
      [expression.valueName]: value,
    };
    if (expression.condition !== undefined && !toBool(evaluate(expression.condition, inner))) continue;
    const result = evaluate(expression.result, inner);
    if (expression.resultKey === undefined) results.push(result);
    else byKey.push([toText(evaluate(expression.resultKey, inner)), result]);
  }
  if (expression.resultKey === undefined) return results;
  const unique = new Set(byKey.map(([key]) => key));
  if (unique.size < byKey.length) throw new TerraformError("a for expression gives the same key twice");
  return Object.fromEntries(byKey);
}
