import { conditional, Fn, Op, Token } from "cdktf";
import type { Condition } from "../terraform/condition";
import { whenKnown } from "../terraform/when-known";

/** An environment variable that is there only when its input says something else than nothing. */
export interface OptionalVariable {
  readonly name: string;
  /** Undefined or null in Terraform: not given. */
  readonly value: string | undefined;
  /** What the handler does without the variable. @default nothing */
  readonly unless?: string;
  /** Whether the variable is there. @default when its value is given, and is not {@link unless} */
  readonly when?: Condition;
}

/**
 * The environment with the variables that are needed. A variable that says what the handler does anyway is left out, so
 * that the plan of a stack that does not use the input stays as it was.
 */
export function withOptional(
  environment: Readonly<Record<string, string>>,
  optional: readonly OptionalVariable[] = [],
): Record<string, string> {
  const always: Record<string, string> = { ...environment };
  const inTerraform = [];
  for (const variable of optional) {
    const { name, value = "" } = variable;
    const isThere = whetherThere(variable);
    if (isThere === true) always[name] = value;
    else if (isThere !== false) inTerraform.push(conditional(isThere, { [name]: value }, {}));
  }
  return inTerraform.length === 0 ? always : Token.asStringMap(Fn.merge([always, ...inTerraform]));
}

function whetherThere({ value, unless, when }: OptionalVariable): Condition {
  return (
    when ??
    whenKnown<string | undefined, Condition>(
      value,
      (known) => known !== undefined && known !== unless,
      (token) => Op.neq(token as string, unless ?? Token.nullValue()),
    )
  );
}
