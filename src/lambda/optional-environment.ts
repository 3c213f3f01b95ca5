import { conditional, Fn, Token } from "cdktf";
import type { Condition } from "../terraform/condition";

/** An environment variable that a stack has only if it uses the variable's input. */
export interface OptionalVariable {
  readonly name: string;
  readonly value: string;
  readonly when: Condition;
}

/**
 * The environment with only the variables that are needed. The plan of a stack that uses none of them does not change.
 */
export function withOptional(
  environment: Readonly<Record<string, string>>,
  optional: readonly OptionalVariable[] = [],
): Record<string, string> {
  const needed = optional.filter(({ when }) => when === true).map(({ name, value }) => [name, value]);
  const always = { ...environment, ...Object.fromEntries(needed) };
  const maps = optional.flatMap(({ name, value, when }) =>
    typeof when === "boolean" ? [] : [conditional(when, { [name]: value }, {})],
  );
  return maps.length === 0 ? always : Token.asStringMap(Fn.merge([always, ...maps]));
}
