import { evaluate } from "./evaluator";
import { parseTemplate } from "./parser";
import type { Expression } from "./syntax";
import {
  isObject,
  located,
  TerraformError,
  toBool,
  toList,
  toNumber,
  toObject,
  toText,
  type Value,
  type ValueObject,
} from "./value";

type Declarations = { readonly [name: string]: { readonly [key: string]: unknown } };

/**
 * Gives every variable of a stack its value, as Terraform would: default, conversion to the type (with the defaults of
 * optional attributes), then the validation rules.
 *
 * @param rulesLeftOut - variables whose rules are not checked
 * @throws TerraformError for a value without a variable, a variable without a value, and a broken rule (its own words).
 */
export function resolveVariables(
  declarations: Declarations,
  given: ValueObject,
  rulesLeftOut: readonly string[] = [],
): ValueObject {
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(declarations, name)) throw new TerraformError(`the stack has no variable "${name}"`);
  }
  const values = Object.fromEntries(
    Object.entries(declarations).map(([name, declaration]): [string, Value] => [
      name,
      located(`var.${name}`, () => resolveVariable(declaration, Object.hasOwn(given, name) ? given[name] : undefined)),
    ]),
  );
  for (const [name, declaration] of Object.entries(declarations)) {
    if (rulesLeftOut.includes(name)) continue;
    located(`var.${name}`, () => validate(declaration, values));
  }
  return values;
}

function resolveVariable(declaration: { readonly [key: string]: unknown }, given: Value | undefined): Value {
  const fallback = declaration.default as Value | undefined;
  const replacesNull = given === null && declaration.nullable === false;
  const value = given === undefined || replacesNull ? fallback : given;
  if (value === undefined) throw new TerraformError("it has no default: a value is needed");
  if (typeof declaration.type !== "string") return value;
  const type = declaration.type.startsWith("${") ? declaration.type : `\${${declaration.type}}`;
  return convert(parseTemplate(type), value);
}

function validate(declaration: { readonly [key: string]: unknown }, values: ValueObject): void {
  const rules = Array.isArray(declaration.validation) ? declaration.validation : [declaration.validation];
  for (const rule of rules) {
    if (!isObject(rule)) continue;
    const scope = { var: values };
    const condition =
      typeof rule.condition === "string" ? evaluate(parseTemplate(rule.condition), scope) : rule.condition;
    if (toBool(condition as Value)) continue;
    throw new TerraformError(toText(evaluate(parseTemplate(String(rule.error_message)), scope)));
  }
}

/** Converts a value to a type constraint. @see https://developer.hashicorp.com/terraform/language/expressions/type-constraints */
function convert(type: Expression, value: Value): Value {
  if (value === null) return null;
  if (type.kind === "variable") {
    switch (type.name) {
      case "any":
        return value;
      case "string":
        return toText(value);
      case "number":
        return toNumber(value);
      case "bool":
        return toBool(value);
    }
  }
  if (type.kind === "call") {
    const [inner] = type.args;
    if (inner?.kind === "object" && type.name === "object") return convertObject(inner, toObject(value));
    if (inner !== undefined && (type.name === "list" || type.name === "set")) {
      return toList(value).map((item, index) => located(`[${index}]`, () => convert(inner, item)));
    }
    if (inner !== undefined && type.name === "map") {
      return Object.fromEntries(
        Object.entries(toObject(value)).map(([key, item]) => [key, located(`["${key}"]`, () => convert(inner, item))]),
      );
    }
  }
  throw new TerraformError("the type constraint is not supported here");
}

function convertObject(type: Extract<Expression, { kind: "object" }>, value: ValueObject): ValueObject {
  return Object.fromEntries(
    type.entries.map(([key, attribute]): [string, Value] => {
      const name = toText(evaluate(key, {}));
      const optional = attribute.kind === "call" && attribute.name === "optional" ? attribute : undefined;
      const constraint = optional?.args[0] ?? attribute;
      const given = Object.hasOwn(value, name) ? (value[name] ?? null) : undefined;
      if (given === undefined && optional === undefined) throw new TerraformError(`the attribute "${name}" is needed`);
      const fallback = optional?.args[1];
      const present = given ?? (fallback === undefined ? null : evaluate(fallback, {}));
      return [name, located(`.${name}`, () => convert(constraint, present))];
    }),
  );
}
