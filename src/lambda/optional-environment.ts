import { conditional, Fn, type IResolvable, Op, Token } from "cdktf";

/** An environment variable that is there only when its input says something else than nothing. */
export interface OptionalVariable {
  readonly name: string;
  /** Undefined or null in Terraform: not given. */
  readonly value: string | undefined;
  /** What the handler does without the variable. @default nothing */
  readonly unless?: string;
}

/**
 * The environment with the variables that are needed. A variable that says what the handler does anyway is left out, so
 * that the plan of a stack that does not use the input stays as it was.
 */
export function withOptional(
  environment: Readonly<Record<string, string>>,
  optional: readonly OptionalVariable[] = [],
): Record<string, string> {
  const known = optional.filter(({ value, unless }) => isKnown(value) && value !== undefined && value !== unless);
  const always = { ...environment, ...Object.fromEntries(known.map(({ name, value = "" }) => [name, value])) };
  const inTerraform = optional.filter(({ value }) => !isKnown(value)).map(asMap);
  return inTerraform.length === 0 ? always : Token.asStringMap(Fn.merge([always, ...inTerraform]));
}

function asMap({ name, value = "", unless }: OptionalVariable): IResolvable {
  return conditional(Op.eq(value, unless ?? Token.nullValue()), {}, { [name]: value });
}

function isKnown(value: string | undefined): boolean {
  return !Token.isUnresolved(value);
}
