import type { Stack } from "../stack";

/** What a check found: nothing wrong, the words for what is wrong, or that the stack does not have this part. */
export type Finding =
  | { readonly status: "ok"; readonly detail?: string }
  | { readonly status: "wrong"; readonly detail: string }
  | { readonly status: "off"; readonly detail: string };

export const ok = (detail?: string): Finding => ({ status: "ok", detail });
export const wrong = (detail: string): Finding => ({ status: "wrong", detail });
export const off = (detail: string): Finding => ({ status: "off", detail });

/** Wrong, with all the words, or fine if there are none. */
export const wrongIfAny = (faults: readonly string[], detail?: string): Finding =>
  faults.length === 0 ? ok(detail) : wrong(faults.join("; "));

/** A row of `doctor`. Docs, output and tests come from it. */
export interface Check {
  /** Its name in the output, in kebab-case. */
  readonly id: string;
  readonly reads: string;
  /** When it is wrong. */
  readonly wrongIf: string;
  /** What to do then. */
  readonly advice: string;
  /** Reads only. If it throws, the check is unknown. */
  run(stack: Stack): Promise<Finding>;
}
