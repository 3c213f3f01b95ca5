import { Fn } from "cdktf";
import { whenKnown } from "./when-known";

/** What was given, or else the other: decided here for a literal, in Terraform for a variable that may be null. */
export function orElse(given: string | undefined, other: string): string {
  if (given === undefined) {
    return other;
  }
  return whenKnown(
    given,
    (known) => known,
    (token) => Fn.coalesce([token, other]),
  );
}
