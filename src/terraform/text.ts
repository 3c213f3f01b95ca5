import { type IResolvable, Token } from "cdktf";

/** A number or boolean as an environment variable wants it. A template literal would print a number token's placeholder. */
export function text(value: number | boolean | IResolvable): string {
  return Token.isUnresolved(value) ? Token.asString(value) : `${value}`;
}
