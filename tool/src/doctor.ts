import type { Check, Finding } from "./checks/check";
import { CHECKS } from "./checks/checks";
import type { Stack } from "./stack";
import { MissingRightError, ToolError } from "./tool-error";

/** What `doctor` found by one check, or `probe` by one hop. */
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
export function unknown(error: unknown): {
  readonly status: "unknown";
  readonly detail: string;
  readonly advice: string;
} {
  if (error instanceof MissingRightError) {
    return { status: "unknown", detail: error.fact, advice: error.advice };
  }
  const { name, message } = error as Error;
  if (error instanceof ToolError) return { status: "unknown", detail: message, advice: "correct this first" };
  const advice = "check the region, the credentials and the network, then try again";
  return { status: "unknown", detail: name, advice };
}

const SIGNS = { ok: "ok", off: "-", wrong: "WRONG", unknown: "?" } as const;
const INDENT = " ".repeat(7);

/** One check as text: a line, one line for each further fault, and what to do. */
export function resultText({ id, status, detail = "", advice, milliseconds }: Result): string {
  const [first = "", ...more] = status === "wrong" ? detail.split("; ") : [detail];
  const head = `${SIGNS[status].padEnd(7)}${id.padEnd(24)}${String(milliseconds).padStart(6)} ms  ${first}`.trimEnd();
  const faults = more.map((fault) => `${INDENT}${fault}`);
  return [head, ...faults, ...(advice === undefined ? [] : [`${INDENT}→ ${advice}`])].join("\n");
}

/** How many checks found what. */
export function summaryText(results: readonly Result[], noun = "checks"): string {
  const count = (status: Result["status"]) => results.filter((result) => result.status === status).length;
  const [wrong, unread, absent] = [count("wrong"), count("unknown"), count("off")];
  const found = [
    ...(wrong > 0 ? [`${wrong} wrong`] : []),
    ...(unread > 0 ? [`${unread} could not be read`] : []),
    ...(absent > 0 ? [`${absent} not in use`] : []),
  ];
  const all = `${results.length} ${noun}`;
  return wrong + unread === 0
    ? `${[`${all}: nothing is wrong`, ...found].join(", ")}.`
    : `${all}: ${found.join(", ")}.`;
}
