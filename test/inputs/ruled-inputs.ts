import { CUSTOM_DOMAIN_INPUTS } from "../../src/inputs/custom-domain";
import { type AnyInput, type Samples, variableName } from "../../src/inputs/input";
import { INPUTS } from "../../src/inputs/inputs";
import type { Rule } from "../../src/inputs/rule";
import { variablesOf } from "../../src/module/variables";

/** An input that has a rule: as a prop, as a variable, and with what the rule takes and refuses. */
export interface RuledInput extends Samples {
  readonly prop: string;
  readonly variable: string;
  readonly rule: Rule<never>;
  /** As the module's variable has it, which may be null. */
  condition(ref: string): string;
  readonly mayBeNull: boolean;
}

function ruledInputs(inputs: object): RuledInput[] {
  const variables = variablesOf(inputs);
  return Object.entries(inputs as Record<string, AnyInput>).flatMap(([prop, { rule, samples }]) => {
    const variable = variableName(prop);
    const definition = variables[variable];
    if (rule === undefined || definition?.rule === undefined) return [];
    const { condition } = definition.rule;
    return [{ prop, variable, rule, condition, ...samples, mayBeNull: definition.default === null }];
  });
}

export const SUMU_RULED_INPUTS = ruledInputs(INPUTS);
export const CUSTOM_DOMAIN_RULED_INPUTS = ruledInputs(CUSTOM_DOMAIN_INPUTS);

/** A sample as the construct's prop: samples are written as Terraform spells objects. */
export function camelCased(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(camelCased);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase()),
      camelCased(inner),
    ]),
  );
}
