import type { Check, Finding } from "./checks/check";
import { CHECKS } from "./checks/checks";
import type { Stack } from "./stack";

/** What `doctor` found by one check. */
export interface Result {
  readonly id: string;
  /** `unknown`: the check could not read what it needs. */
  readonly status: Finding["status"] | "unknown";
  readonly detail?: string;
  /** What to do. Only if something is wrong or unknown. */
  readonly advice?: string;
  /** How long the check took: for `gateway`, `issuer-keys` and `contract` the time of a hop. */
  readonly milliseconds: number;
}

/** Runs the checks one after the other, so that their times are those of the hops. */
export async function* examine(stack: Stack, checks: readonly Check[] = CHECKS): AsyncGenerator<Result> {
  for (const check of checks) {
    const startedAt = performance.now();
    const finding = await check.run(stack).catch(unknown);
    const milliseconds = Math.round(performance.now() - startedAt);
    const { status, detail } = finding;
    const advice = "advice" in finding ? finding.advice : status === "wrong" ? check.advice : undefined;
    yield { id: check.id, status, detail, advice, milliseconds };
  }
}

/** AWS's message may have ARNs and is long: its code is enough. */
function unknown(error: unknown): { readonly status: "unknown"; readonly detail: string; readonly advice: string } {
  const { name, message } = error as Error;
  if (name === "ToolError") return { status: "unknown", detail: message, advice: "correct this first" };
  const advice = /AccessDenied|NotAuthorized|Unauthorized/.test(name)
    ? "give your role the rights in docs/operator-tool.md"
    : "check the region, the credentials and the network, then try again";
  return { status: "unknown", detail: name, advice };
}

const SIGNS = { ok: "ok", off: "-", wrong: "WRONG", unknown: "?" } as const;

/** One check as text: a line, and what to do below it. */
export function resultText({ id, status, detail, advice, milliseconds }: Result): string {
  const line = `${SIGNS[status].padEnd(6)}${id.padEnd(24)}${detail ?? ""}`.trimEnd();
  return `${line} (${milliseconds} ms)${advice === undefined ? "" : `\n      → ${advice}`}`;
}
