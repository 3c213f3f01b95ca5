import { type IResolvable, propertyAccess, Token } from "cdktf";

/** An object prop that a module passes on as the variable it is: its fields are then read in Terraform. */
export type Given<T> = T | IResolvable;

/** What was given as a literal; undefined for an expression, which only Terraform knows. */
export function literal<T extends object>(given: Given<T> | undefined): T | undefined {
  return Token.isUnresolved(given) ? undefined : (given as T | undefined);
}

/** A field of a literal, or of an expression, where it has Terraform's spelling. */
export function fieldOf<T extends object>(given: Given<T>, field: keyof T & string, spelling: string = field): string {
  return Token.isUnresolved(given)
    ? Token.asString(propertyAccess(given, [spelling]))
    : String((given as T)[field] ?? "");
}
