import type { IResolvable } from "cdktf";
import type { Rule } from "./rule";

/** What a literal of a prop is: without the expression that the prop takes too. */
export type Literal<T> = Exclude<NonNullable<T>, IResolvable>;

/**
 * An input: a prop of a construct, and a variable of the module, whose name is the prop's in snake_case. The prop itself,
 * with its type and its meaning for TypeScript, is in the interface that the table of the input belongs to.
 */
export type Input<T> = Described<T> & (Ruled<T> | { readonly rule?: undefined; readonly samples?: undefined });

interface Described<T> {
  /** Terraform's type. It decides how the prop reads the variable, too. */
  readonly type: string;
  /** What the variable means, for HCL callers. */
  readonly description: string;
  /** Absent: the input is required. Null: it may be left out, and nothing takes its place. */
  readonly default?: Literal<T> | null;
  /** Null: the variable's default is null although the prop has one, because the module puts the default in later. */
  readonly variableDefault?: null;
  /** True: the original has this input. The module lists the original's inputs first. */
  readonly original?: true;
}

interface Ruled<T> {
  readonly rule: Rule<Literal<T>>;
  readonly samples: Samples;
}

/** What a rule takes and refuses, for the tests, which try all of it here and in Terraform. Objects in Terraform's spelling. */
export interface Samples {
  readonly valid: readonly unknown[];
  readonly invalid: readonly unknown[];
}

/** A table of inputs: a row for each of the props. */
export type Inputs<Props> = { readonly [Prop in keyof Props]-?: Input<Props[Prop]> };

/** The inputs of one table that have a default. */
export type Defaulted<Table> = {
  [Prop in keyof Table]: Table[Prop] extends { readonly default: infer Default }
    ? Default extends null
      ? never
      : Prop
    : never;
}[keyof Table];

/** A row, whatever its type. */
export type AnyInput = Input<never>;

/** The variable that a prop is in the module: `presenceGraceSeconds` is `presence_grace_seconds`. */
export function variableName(prop: string): string {
  return prop.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
