import { type IResolvable, propertyAccess, Token } from "cdktf";
import { whenKnown } from "./when-known";

/** An object prop for which a module passes its variable: Terraform then reads the object's fields. */
export type Given<T> = T | IResolvable;

/** A field of a literal, or of an expression. The expression uses Terraform's spelling. */
export function fieldOf<T extends object>(given: Given<T>, field: keyof T & string, spelling: string = field): string {
  return whenKnown(
    given,
    (known) => String((known as T)[field] ?? ""),
    (token) => Token.asString(propertyAccess(token, [spelling])),
  );
}
