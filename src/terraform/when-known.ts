import { type IResolvable, Token } from "cdktf";

/**
 * Decides here by a literal, or in Terraform by a token: a variable or an attribute, whose value is not known at synthesis.
 *
 * @param literal - is given the literal
 * @param expression - is given the token, and makes an expression of it
 */
export function whenKnown<T, Result>(
  value: T,
  literal: (known: Exclude<T, IResolvable>) => Result,
  expression: (token: T) => Result,
): Result {
  return Token.isUnresolved(value) ? expression(value) : literal(value as Exclude<T, IResolvable>);
}
