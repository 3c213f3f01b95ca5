import { type IResolvable, propertyAccess, Token } from "cdktf";
import { whenKnown } from "./when-known";

/** An object prop that a module passes on as the variable it is: its fields are then read in Terraform. */
export type Given<T> = T | IResolvable;

/** A field of a literal, or of an expression, where it has Terraform's spelling. */
export function fieldOf<T extends object>(given: Given<T>, field: keyof T & string, spelling: string = field): string {
  return whenKnown(
    given,
    (known) => String((known as T)[field] ?? ""),
    (token) => Token.asString(propertyAccess(token, [spelling])),
  );
}
