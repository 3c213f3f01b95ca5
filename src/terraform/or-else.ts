import { Fn } from "cdktf";
import { whenKnown } from "./when-known";

/** The given value, or else the default. A literal decides here; a variable that may be null decides in Terraform. */
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
