import { conditional, type IResolvable, Token } from "cdktf";

/** One of two texts: decided here by a literal, in Terraform by what only Terraform knows. */
export function choose(condition: boolean | IResolvable, whenTrue: string, whenFalse: string): string {
  if (typeof condition === "boolean") return condition ? whenTrue : whenFalse;
  return Token.asString(conditional(condition, whenTrue, whenFalse));
}
