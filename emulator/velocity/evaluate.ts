import { callUtil, type Environment } from "./environment";
import { callMethod } from "./methods";
import { calculate, compare, negate, type Truth, truthOf } from "./operators";
import { type Expression, type Reference, type Step, sourceOf } from "./syntax";
import { TemplateError } from "./template-error";
import { JsonMap, List, type Value } from "./values";

/** The state of one rendering: the variables from `#set` and `#foreach`, and API Gateway's own roots. */
export class Scope {
  readonly variables = new Map<string, Value>();

  constructor(
    readonly environment: Environment,
    /** The names that the template itself sets. */
    readonly declared: ReadonlySet<string>,
    /** Renders the nodes of a double-quoted string. */
    readonly interpolate: (text: string) => string,
  ) {}
}

/** Names that API Gateway sets; `#set` on any of them is refused. */
export const ROOTS: ReadonlySet<string> = new Set(["input", "util", "context", "stageVariables"]);

export function evaluate(expression: Expression, scope: Scope): Value {
  switch (expression.type) {
    case "references":
      return resolve(expression, scope);
    case "string":
      return stringLiteral(expression, scope);
    case "integer":
      return BigInt(expression.value);
    case "decimal":
      throw new TemplateError(`${expression.value}: decimal literals are not supported here`);
    case "bool":
      if (expression.value === "null") throw new TemplateError("null is not a literal of Velocity: use #if(!$x)");
      return expression.value === "true";
    case "array":
      return expression.isRange ? range(expression.value, scope) : listLiteral(expression.value, scope);
    case "map":
      return new JsonMap(
        new Map(Object.entries(expression.value ?? {}).map(([key, item]) => [key, evaluate(item, scope)])),
      );
    case "math":
      return operation(expression.operator, expression.expression, scope);
    default:
      throw new TemplateError(`a ${(expression as { type: string }).type} is not an expression`);
  }
}

/**
 * An expression in a condition. Velocity 1.7 treats a reference to an empty string, an empty list or zero as true and a
 * literal as false; Velocity 2 does the opposite. These values are "ambiguous", and a condition that depends on an
 * ambiguous value is refused.
 */
export function condition(expression: Expression, scope: Scope): boolean {
  const truth = truthOrAmbiguous(expression, scope);
  if (truth === "ambiguous") {
    throw new TemplateError(
      'a condition that is an empty string, an empty list, 0 or a literal: Velocity 1.7 and 2 differ; compare with == ""',
    );
  }
  return truth;
}

function truthOrAmbiguous(expression: Expression, scope: Scope): Truth {
  if (expression.type === "references" || expression.type === "bool") return truthOf(evaluate(expression, scope));
  if (expression.type !== "math") return "ambiguous";
  const [left, right] = expression.expression;
  if (expression.operator === "parenthesis") return truthOrAmbiguous(left, scope);
  if (expression.operator === "not") return negate(truthOrAmbiguous(left, scope));
  if (expression.operator === "&&" || expression.operator === "||") {
    const decisive = expression.operator === "||";
    // velocityjs gives both operators the same precedence; in Java, && binds tighter.
    if (!decisive && left.type === "math" && left.operator === "||") {
      throw new TemplateError("|| before && needs parentheses here: ($a || $b) && $c or $a || ($b && $c)");
    }
    const first = truthOrAmbiguous(left, scope);
    if (first === decisive) return decisive;
    const second = truthOrAmbiguous(right, scope);
    return second === decisive || first !== "ambiguous" ? second : "ambiguous";
  }
  const value = operation(expression.operator, expression.expression, scope);
  return typeof value === "boolean" ? value : "ambiguous";
}

function operation(operator: string, [left, right]: readonly [Expression, Expression], scope: Scope): Value {
  switch (operator) {
    case "parenthesis":
      return evaluate(left, scope);
    case "not":
    case "&&":
    case "||":
      return condition({ type: "math", operator, expression: [left, right] }, scope);
    case "==":
    case "!=":
    case "<":
    case ">":
    case "<=":
    case ">=":
      return compare(operator, evaluate(left, scope), evaluate(right, scope));
    default:
      return calculate(operator, evaluate(left, scope), evaluate(right, scope));
  }
}

function stringLiteral({ value, isEval }: Extract<Expression, { type: "string" }>, scope: Scope): string {
  // velocityjs reads \" as a quote; Java's parser ends the string there and fails.
  if (value.includes(isEval ? '"' : "'")) {
    throw new TemplateError("a backslash does not escape a quote in Velocity: use the other kind of quotes");
  }
  if (!isEval) return value;
  if (/#[\w#*[{@]/.test(value)) throw new TemplateError("a directive or comment in a double-quoted string");
  return value.includes("$") ? scope.interpolate(value) : value;
}

const listLiteral = (items: readonly (Expression | string | number)[], scope: Scope): List =>
  new List(
    items.map((item) => (typeof item === "object" ? evaluate(item, scope) : BigInt(item))),
    false,
  );

function range(ends: readonly (Expression | string | number)[], scope: Scope): List {
  const [from, to] = listLiteral(ends, scope).items;
  if (typeof from !== "bigint" || typeof to !== "bigint") throw new TemplateError("[a..b] takes integers");
  const length = Number(from < to ? to - from : from - to) + 1;
  if (length > 1_000) throw new TemplateError(`[${from}..${to}]: API Gateway ends a #foreach after 1,000 rounds`);
  const step = from < to ? 1n : -1n;
  return new List(
    Array.from({ length }, (_, index) => from + BigInt(index) * step),
    false,
  );
}

/**
 * The value of a reference, or null when it has no value. @throws TemplateError for anything that AWS does not
 * document.
 */
export function resolve(reference: Reference, scope: Scope): Value {
  const { id, path = [] } = reference;
  refuseHyphens(reference);
  if (path.length > 0 && !ROOTS.has(id) && !scope.declared.has(id)) {
    throw new TemplateError(`${sourceOf(reference)}: API Gateway has $input, $util, $context and $stageVariables only`);
  }
  if (reference.args !== undefined) throw new TemplateError(`${sourceOf(reference)}: $${id} is not a method`);
  try {
    return ROOTS.has(id)
      ? resolveRoot(id, path, scope)
      : path.reduce<Value>((value, step) => follow(value, step, scope), scope.variables.get(id) ?? null);
  } catch (error) {
    if (error instanceof TemplateError && !error.message.startsWith("$")) {
      throw new TemplateError(`${sourceOf(reference)}: ${error.message}`);
    }
    throw error;
  }
}

function resolveRoot(root: string, path: readonly Step[], scope: Scope): Value {
  const [first, ...rest] = path;
  const { environment } = scope;
  const followRest = (value: Value): Value =>
    rest.reduce<Value>((current, step) => follow(current, step, scope), value);
  if (root === "input" && first?.type === "property" && first.id === "body") return followRest(environment.body);
  if (first?.type === "method" && root === "input") {
    return followRest(environment.callInput(first.id, argumentsOf(first, scope)));
  }
  if (first?.type === "method" && root === "util") return followRest(callUtil(first.id, argumentsOf(first, scope)));
  if (root === "context" || root === "stageVariables") {
    const names: string[] = [];
    for (const step of path) {
      const name = step.type === "property" ? step.id : step.type === "index" ? evaluate(step.id, scope) : undefined;
      if (typeof name !== "string") break;
      names.push(name);
    }
    const steps = path.slice(names.length);
    if (names.length > 0) {
      const value = root === "context" ? environment.context(names) : environment.stageVariables(names);
      return steps.reduce<Value>((current, step) => follow(current, step, scope), value);
    }
  }
  throw new TemplateError(`$${root} is not a value by itself: name one of its documented members`);
}

const argumentsOf = (step: Extract<Step, { type: "method" }>, scope: Scope): Value[] =>
  (step.args || []).map((argument) => evaluate(argument, scope));

function follow(value: Value, step: Step, scope: Scope): Value {
  if (value === null) return null;
  if (step.type === "method") return callMethod(value, step.id, argumentsOf(step, scope));
  const key = step.type === "property" ? step.id : evaluate(step.id, scope);
  if (value instanceof JsonMap && typeof key === "string") {
    // Velocity looks for a Java getter first: .class is getClass(), and .empty is isEmpty().
    if (step.type === "property" && (key === "class" || key === "empty")) {
      throw new TemplateError(`.${key} is a Java property, not a member: use ["${key}"]`);
    }
    return value.entries.get(key) ?? null;
  }
  if (value instanceof List && typeof key === "bigint") return value.items[Number(key)] ?? null;
  if (value instanceof JsonMap || value instanceof List || step.type === "index") return null;
  throw new TemplateError(`.${String(key)}: Java properties are not supported here`);
}

function refuseHyphens(reference: Reference): void {
  const names = [reference.id, ...(reference.path ?? []).flatMap((step) => (step.type === "index" ? [] : [step.id]))];
  if (names.some((name) => name.includes("-"))) {
    throw new TemplateError(
      `${sourceOf(reference)}: a hyphen belongs to the name in Velocity 1.7 and ends it in 2; write \${name}-, or blanks around a minus`,
    );
  }
}
