import type { AnyInput, Defaulted } from "./input";
import { check, type Rule } from "./rule";

/** Props of which those that have a default are set. */
export type Accepted<Props, Table> = Props & Required<Pick<Props, keyof Props & Defaulted<Table>>>;

/**
 * Checks props by the rules of their table of inputs, and sets the defaults. An explicit undefined counts as not given.
 *
 * @throws RangeError with the words that the module's variable would refuse with.
 */
export function acceptProps<Props extends object, Table extends object>(
  props: Props,
  inputs: Table,
): Accepted<Props, Table> {
  const accepted = { ...props } as Record<string, unknown>;
  for (const [prop, input] of Object.entries<AnyInput>(inputs as Record<string, AnyInput>)) {
    if (input.rule !== undefined) check(input.rule as Rule<unknown>, accepted[prop]);
    accepted[prop] ??= input.default ?? undefined;
  }
  return accepted as Accepted<Props, Table>;
}
