import { conditional, type IResolvable, Op, Token } from "cdktf";
import { type Condition, either, isGiven, not } from "./condition";

/**
 * Whether something exists. A literal decides at synthesis. A Terraform variable is not known then, so Terraform
 * computes a `count` from a condition.
 */
export type Existence =
  | { readonly exists: boolean; readonly condition?: undefined; readonly count?: undefined }
  | { readonly exists: true; readonly condition: IResolvable; readonly count: number };

export const ALWAYS: Existence = { exists: true };
export const NEVER: Existence = { exists: false };

/** It exists if the condition is true. */
export function existsWhen(condition: Condition): Existence {
  return typeof condition === "boolean"
    ? { exists: condition }
    : { exists: true, condition, count: Token.asNumber(conditional(condition, 1, 0)) };
}

/** The condition under which it exists. */
export function conditionOf({ exists, condition }: Existence): Condition {
  return condition ?? exists;
}

/** It exists if the other does not exist. */
export function existsUnless(other: Existence): Existence {
  return existsWhen(not(conditionOf(other)));
}

/** It exists if one of the two exists. */
export function existsWithEither(one: Existence, other: Existence): Existence {
  return existsWhen(either(conditionOf(one), conditionOf(other)));
}

/** It exists if both exist. */
export function existsWithBoth(one: Existence, other: Existence): Existence {
  if (one.condition === undefined || other.condition === undefined) {
    const decided = one.condition === undefined ? one : other;
    return decided.exists ? (decided === one ? other : one) : NEVER;
  }
  return existsWhen(Op.and(one.condition, other.condition));
}

/** It exists if the value was given: a literal, or an expression that is not null in Terraform. */
export function existsWhenGiven(given: unknown): Existence {
  return existsWhen(isGiven(given));
}
