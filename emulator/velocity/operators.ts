import { TemplateError } from "./template-error";
import { Decimal, JsonMap, List, textOf, type Value } from "./values";

export type Truth = boolean | "ambiguous";

export function truthOf(value: Value): Truth {
  if (value === null || value === false) return false;
  const isEmpty =
    value === "" ||
    value === 0n ||
    (value instanceof Decimal && Number(value.text) === 0) ||
    (value instanceof List && value.items.length === 0) ||
    (value instanceof JsonMap && value.entries.size === 0);
  return isEmpty ? "ambiguous" : true;
}

export const negate = (truth: Truth): Truth => (truth === "ambiguous" ? truth : !truth);

export function compare(operator: string, left: Value, right: Value): boolean {
  if (operator === "==" || operator === "!=") return equal(left, right) === (operator === "==");
  const [a, b] = [numeric(left, operator), numeric(right, operator)];
  if (operator === "<") return a < b;
  if (operator === ">") return a > b;
  return operator === "<=" ? a <= b : a >= b;
}

/** As in Velocity: values of different classes are equal when their texts are; null equals null only. */
function equal(left: Value, right: Value): boolean {
  if (left === null || right === null) return left === right;
  if (isNumber(left) && isNumber(right)) return numeric(left, "==") === numeric(right, "==");
  return textOf(left) === textOf(right);
}

const isNumber = (value: Value): boolean => typeof value === "bigint" || value instanceof Decimal;

function numeric(value: Value, operator: string): number | bigint {
  if (typeof value === "bigint") return value;
  if (value instanceof Decimal) return Number(value.text);
  throw new TemplateError(`${operator} needs numbers on both sides`);
}

const LONG = 2n ** 63n;

/** `+ - * / %` on integers, with Java's truncating division; `+` also joins strings. */
export function calculate(operator: string, left: Value, right: Value): Value {
  if (operator === "+" && (typeof left === "string" || typeof right === "string")) {
    if (left === null || right === null) throw new TemplateError("+ with a reference that has no value");
    return textOf(left) + textOf(right);
  }
  if (typeof left !== "bigint" || typeof right !== "bigint") {
    throw new TemplateError(`${operator} needs integers on both sides (decimals are not supported here)`);
  }
  if (right === 0n && (operator === "/" || operator === "%")) throw new TemplateError("division by zero");
  const result = ARITHMETIC[operator]?.(left, right);
  if (result === undefined) throw new TemplateError(`operator ${operator} is not supported`);
  if (result >= LONG || result < -LONG) throw new TemplateError(`${operator} leaves the range of a Java Long`);
  return result;
}

const ARITHMETIC: Readonly<Record<string, (left: bigint, right: bigint) => bigint>> = {
  "+": (left, right) => left + right,
  "-": (left, right) => left - right,
  "*": (left, right) => left * right,
  "/": (left, right) => left / right,
  "%": (left, right) => left % right,
};
