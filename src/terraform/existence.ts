import { conditional, type IResolvable, Op, Token } from "cdktf";
import { type Condition, isGiven, not } from "./condition";

/**
 * Whether something exists. A literal decides at synthesis; a Terraform variable is not known then, and decides by a
 * `count` that Terraform computes from a condition.
 */
export type Existence =
  | { readonly exists: boolean; readonly condition?: undefined; readonly count?: undefined }
  | { readonly exists: true; readonly condition: IResolvable; readonly count: number };

export const ALWAYS: Existence = { exists: true };
export const NEVER: Existence = { exists: false };

/** It exists when the condition holds. */
export function existsWhen(condition: Condition): Existence {
  return typeof condition === "boolean"
    ? { exists: condition }
    : { exists: true, condition, count: Token.asNumber(conditional(condition, 1, 0)) };
}

/** It exists when the other does not. */
export function existsUnless({ exists, condition }: Existence): Existence {
  return existsWhen(not(condition ?? exists));
}

/** It exists when both do. */
export function existsWithBoth(one: Existence, other: Existence): Existence {
  if (one.condition === undefined || other.condition === undefined) {
    const decided = one.condition === undefined ? one : other;
    return decided.exists ? (decided === one ? other : one) : NEVER;
  }
  return existsWhen(Op.and(one.condition, other.condition));
}

/** What was given exists, as a literal or as an expression that is not null in Terraform. */
export function existsWhenGiven(given: unknown): Existence {
  return existsWhen(isGiven(given));
}
