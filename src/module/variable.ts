import { TerraformVariable } from "cdktf";
import type { Construct } from "constructs";
import type { Rule } from "../inputs/rule";

/** An input of a module. */
export interface VariableDefinition {
  readonly type: string;
  readonly description: string;
  /** Absent: the input is required. Null: the input is optional. */
  readonly default?: unknown;
  readonly rule?: Pick<Rule<never>, "message" | "condition">;
}

/**
 * Declares a module's inputs.
 *
 * @returns a function that returns the variable of a name
 */
export function declareVariables(
  scope: Construct,
  definitions: Readonly<Record<string, VariableDefinition>>,
): (name: string) => TerraformVariable {
  const declared = new Map<string, TerraformVariable>();
  for (const [name, definition] of Object.entries(definitions)) {
    declared.set(name, declareVariable(scope, name, definition));
  }
  return (name) => {
    const found = declared.get(name);
    if (found === undefined) {
      throw new Error(`The module has no variable ${name}.`);
    }
    return found;
  };
}

function declareVariable(scope: Construct, name: string, definition: VariableDefinition): TerraformVariable {
  const { type, description, rule } = definition;
  const mayBeNull = definition.default === null;
  const variable = new TerraformVariable(scope, name, {
    type,
    description,
    default: mayBeNull ? undefined : definition.default,
    nullable: mayBeNull,
    validation: rule && [{ condition: `\${${rule.condition(`var.${name}`)}}`, errorMessage: rule.message }],
  });
  if (mayBeNull) {
    // As a prop, null breaks cdktf 0.21's conversion of keys to snake case.
    variable.addOverride("default", null);
  }
  return variable;
}
