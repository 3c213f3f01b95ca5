import { createInterface } from "node:readline";
import type { Readable } from "node:stream";

/** A decision of the local AWS on a call of a role or of a service. */
export interface Decision {
  /** unevaluated: the local AWS allowed the call without checking a policy. */
  readonly kind: "allowed" | "denied" | "unevaluated";
  /** A role's name, or a service: `sns.amazonaws.com`. */
  readonly principal: string;
  readonly action: string;
  readonly resource: string;
  /** The Sid of the statement that decided, if it has one. */
  readonly sid: string;
  /** Whether a statement denies it. Otherwise no statement allows it. */
  readonly explicit: boolean;
}

const MARK = "SUMU_DECISION ";

/** Reads the decisions among the lines that the local AWS writes. */
export function readDecisions(output: Readable, onDecision: (decision: Decision) => void): void {
  createInterface({ input: output }).on("line", (line) => {
    if (line.startsWith(MARK)) onDecision(JSON.parse(line.slice(MARK.length)) as Decision);
  });
}
