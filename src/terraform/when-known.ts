import { type IResolvable, Token } from "cdktf";

/**
 * Decides here with a literal, or in Terraform with a token: a variable or an attribute, whose value is not known at
 * synthesis.
 *
 * @param literal - gets the literal
 * @param expression - gets the token, and returns an expression of it
 */
export function whenKnown<T, Result>(
  value: T,
  literal: (known: Exclude<T, IResolvable>) => Result,
  expression: (token: T) => Result,
): Result {
  return Token.isUnresolved(value) ? expression(value) : literal(value as Exclude<T, IResolvable>);
}
