import { Token } from "cdktf";

/**
 * One requirement on an input, stated once: the construct checks it at synthesis, the module's `variable` at plan, and
 * both refuse with the same words.
 */
export interface Rule<T> {
  /** What the value must be, and why if AWS sets the limit. A sentence, because Terraform demands sentences as error messages. */
  readonly message: string;
  /** Whether a literal obeys the rule. */
  holds(value: T): boolean;
  /** The same as a Terraform condition on the expression `ref`, which is not null. */
  condition(ref: string): string;
}

/**
 * Checks a literal. Terraform checks a token.
 *
 * @throws RangeError with the rule's own words.
 */
export function check<T>(rule: Rule<T>, value: T | undefined): void {
  if (value !== undefined && !Token.isUnresolved(value) && !rule.holds(value)) {
    throw new RangeError(rule.message);
  }
}

/** A rule that a regular expression states. Its syntax must mean the same to JavaScript and to Terraform's RE2. */
export function matches(pattern: RegExp, message: string): Rule<string> {
  return {
    message,
    holds: (value) => pattern.test(value),
    condition: (ref) => regexCondition(pattern, ref),
  };
}

/** Whether a text inside an object or a list obeys a pattern. A token there does: only Terraform knows its text. */
export function fits(pattern: RegExp, text: string): boolean {
  return Token.isUnresolved(text) || pattern.test(text);
}

/** The texts that are known at synthesis, for a rule that compares the texts of an object or a list. */
export function known(texts: readonly string[]): readonly string[] {
  return texts.filter((text) => !Token.isUnresolved(text));
}

/** Whether Terraform finds the pattern in the text `ref`. */
export function regexCondition(pattern: RegExp, ref: string): string {
  return `can(regex(${JSON.stringify(pattern.source)}, ${ref}))`;
}

/** A whole number between two bounds. */
export function between(least: number, most: number, message: string): Rule<number> {
  return {
    message,
    holds: (value) => Number.isInteger(value) && value >= least && value <= most,
    condition: (ref) => `${ref} >= ${least} && ${ref} <= ${most} && floor(${ref}) == ${ref}`,
  };
}

/** One of a few texts. */
export function oneOf(allowed: readonly string[], message: string): Rule<string> {
  return {
    message,
    holds: (value) => allowed.includes(value),
    condition: (ref) => `contains(${JSON.stringify(allowed)}, ${ref})`,
  };
}

/** A Terraform condition that is true for null, for an input that may be left out. */
export function unlessNull(condition: string, ref: string): string {
  // Terraform before 1.12 evaluates both sides of ||, and a regex over null is an error that can() turns into false.
  return `${ref} == null ? true : ${condition}`;
}
