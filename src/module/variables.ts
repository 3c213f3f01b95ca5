import { type TerraformVariable, Token } from "cdktf";
import type { Construct } from "constructs";
import { type AnyInput, variableName } from "../inputs/input";
import { unlessNull } from "../inputs/rule";
import { declareVariables, type VariableDefinition } from "./variable";

type Table = Readonly<Record<string, AnyInput>>;

/** The variables of a table of inputs: the original's first, then our own, each in the table's order. */
export function variablesOf(inputs: object): Record<string, VariableDefinition> {
  const rows = Object.entries(inputs as Table);
  const ordered = [...rows.filter(([, { original }]) => original), ...rows.filter(([, { original }]) => !original)];
  return Object.fromEntries(ordered.map(([prop, input]) => [variableName(prop), definition(input)]));
}

function definition(input: AnyInput): VariableDefinition {
  const { type, description, rule } = input;
  const inherited = input.variableDefault === undefined ? input.default : input.variableDefault;
  const condition =
    inherited === null ? (ref: string) => unlessNull(rule?.condition(ref) ?? "true", ref) : rule?.condition;
  return {
    type,
    description,
    ...(inherited !== undefined && { default: inherited }),
    ...(rule && condition && { rule: { message: rule.message, condition } }),
  };
}

/**
 * Declares variables, and creates the props that read them.
 *
 * @returns the props, and a function that returns a variable by its name
 */
export function propsFromVariables<Props>(
  scope: Construct,
  inputs: object,
  definitions: Readonly<Record<string, VariableDefinition>>,
): { readonly props: Props; readonly variable: (name: string) => TerraformVariable } {
  const variable = declareVariables(scope, definitions);
  const props = Object.entries(inputs as Table).map(([prop, { type }]) => [
    prop,
    read(variable(variableName(prop)), type),
  ]);
  return { props: Object.fromEntries(props) as Props, variable };
}

/** A variable as the token type that the prop needs. Terraform reads an object's fields. */
function read(variable: TerraformVariable, type: string): unknown {
  switch (type) {
    case "string":
      return variable.stringValue;
    case "number":
      return variable.numberValue;
    case "bool":
      return variable.booleanValue;
    case "list(string)":
      return variable.listValue;
    case "map(string)":
      return Token.asStringMap(variable.value);
    default:
      return variable.value;
  }
}
