import { Fn, Token } from "cdktf";

/** What was given, or else the other: decided here for a literal, in Terraform for a variable that may be null. */
export function orElse(given: string | undefined, other: string): string {
  if (given === undefined) {
    return other;
  }
  return Token.isUnresolved(given) ? Fn.coalesce([given, other]) : given;
}
