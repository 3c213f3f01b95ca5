import { Fn, type IResolvable, Token } from "cdktf";
import { whenKnown } from "./when-known";

/**
 * A number or boolean as text for an environment variable. A template literal would print a number token's placeholder.
 */
export function text(value: number | boolean | IResolvable): string {
  return whenKnown(value, String, Token.asString);
}

/** The texts, joined by commas. */
export function joined(list: readonly string[]): string {
  return whenKnown(
    list,
    (known) => known.join(","),
    (token) => Fn.join(",", [...token]),
  );
}

/** The first characters of a text, or the whole text if it is shorter. */
export function firstCharacters(text: string, count: number): string {
  return whenKnown(
    text,
    (known) => known.slice(0, count),
    (token) => Fn.substr(token, 0, count),
  );
}
