import { conditional, Token } from "cdktf";
import type { Condition } from "./condition";

/** Chooses one of two texts. A literal decides here; a token decides in Terraform. */
export function choose(condition: Condition, whenTrue: string, whenFalse: string): string {
  if (typeof condition === "boolean") return condition ? whenTrue : whenFalse;
  return Token.asString(conditional(condition, whenTrue, whenFalse));
}
