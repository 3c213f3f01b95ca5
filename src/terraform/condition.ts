import { Fn, type IResolvable, Op, Token } from "cdktf";
import { whenKnown } from "./when-known";

/** True or false: decided here, or in Terraform by an expression. */
export type Condition = boolean | IResolvable;

/** Whether a text is the expected one. */
export function isEqual(text: string, expected: string): Condition {
  return whenKnown<string, Condition>(
    text,
    (known) => known === expected,
    (token) => Op.eq(token, expected),
  );
}

/** Whether a text is among the expected ones. */
export function isOneOf(text: string, expected: readonly string[]): Condition {
  return whenKnown<string, Condition>(
    text,
    (known) => expected.includes(known),
    (token) => Fn.contains([...expected], token),
  );
}

/** Whether an input was given: a literal that is not undefined, or an expression that is not null in Terraform. */
export function isGiven(value: unknown): Condition {
  return whenKnown<unknown, Condition>(
    value,
    (known) => known !== undefined,
    (token) => Op.neq(token as IResolvable, Token.nullValue()),
  );
}

/** Whether a number is the least one or more. Say 1, not "above 0": cdktf 0.21 renders 0 as undefined. */
export function atLeast(number: number, least: number): Condition {
  return whenKnown<number, Condition>(
    number,
    (known) => known >= least,
    (token) => Op.gte(token, least),
  );
}

/** Whether a list has elements, or a text characters. */
export function hasAny(listOrText: readonly unknown[] | string | IResolvable): Condition {
  return whenKnown<readonly unknown[] | string | IResolvable, Condition>(
    listOrText,
    (known) => known.length > 0,
    (token) => Op.gte(Fn.lengthOf(token), 1),
  );
}

/** Whether the condition is false. */
export function not(condition: Condition): Condition {
  return typeof condition === "boolean" ? !condition : Op.not(condition);
}

/** Whether one of two conditions is true, or both. */
export function either(one: Condition, other: Condition): Condition {
  if (typeof one === "boolean") return one || other;
  if (typeof other === "boolean") return other || one;
  return Op.or(one, other);
}
