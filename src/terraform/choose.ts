import { conditional, Token } from "cdktf";
import type { Condition } from "./condition";

/** One of two texts: decided here by a literal, in Terraform by what only Terraform knows. */
export function choose(condition: Condition, whenTrue: string, whenFalse: string): string {
  if (typeof condition === "boolean") return condition ? whenTrue : whenFalse;
  return Token.asString(conditional(condition, whenTrue, whenFalse));
}
