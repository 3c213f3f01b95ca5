/** The value of an expression after all its references are known. Terraform's numbers are doubles here. */
export type Value = null | boolean | number | string | readonly Value[] | { readonly [key: string]: Value };

export type ValueObject = { readonly [key: string]: Value };

/** Raised for every expression or configuration that cannot be read or evaluated. The message names it and says why. */
export class TerraformError extends Error {
  readonly code = "ERR_TERRAFORM";
  override readonly name = "TerraformError";

  /** The same error, with the place where it happened. */
  at(place: string): TerraformError {
    return new TerraformError(`${place}: ${this.message}`);
  }
}

/** Runs `action`. If it throws a TerraformError, the error gets the place where it happened. */
export function located<T>(place: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw error instanceof TerraformError ? error.at(place) : error;
  }
}

export function isObject(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

export function isValueObject(value: Value): value is ValueObject {
  return isObject(value);
}

/** Terraform's word for the type of a value, for error messages. */
export function typeName(value: Value): string {
  if (value === null) return "null";
  if (typeof value === "boolean") return "bool";
  if (isList(value)) return "list";
  return typeof value;
}

/** The text of a value: numbers and bools convert; null and collections are refused. */
export function toText(value: Value): string {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  throw new TerraformError(`a string is needed, got ${typeName(value)}`);
}

export function toNumber(value: Value): number {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  if (typeof number === "number" && Number.isFinite(number)) return number;
  throw new TerraformError(`a number is needed, got ${typeName(value)}`);
}

export function toBool(value: Value): boolean {
  if (typeof value === "boolean") return value;
  if (value === "true") return true;
  if (value === "false") return false;
  throw new TerraformError(`a bool is needed, got ${typeName(value)}`);
}

export function toList(value: Value): readonly Value[] {
  if (isList(value)) return value;
  throw new TerraformError(`a list is needed, got ${typeName(value)}`);
}

export function toObject(value: Value): ValueObject {
  if (isValueObject(value)) return value;
  throw new TerraformError(`a map is needed, got ${typeName(value)}`);
}

/** Terraform's `==`: no conversion between types, collections member by member. */
export function equal(a: Value, b: Value): boolean {
  if (isList(a) && isList(b)) return a.length === b.length && a.every((item, index) => equal(item, b[index] ?? null));
  if (isValueObject(a) && isValueObject(b)) {
    const keys = Object.keys(a);
    return (
      keys.length === Object.keys(b).length &&
      keys.every((key) => Object.hasOwn(b, key) && equal(a[key] ?? null, b[key] ?? null))
    );
  }
  return a === b;
}
