import type { Decision } from "./decision";
import { describeDenial } from "./describe-denial";

/** The calls that the policies of a run denied, each with the last time. */
export class Denials {
  private readonly times = new Map<string, number>();

  /** @returns the description, if the call is denied for the first time */
  note(decision: Decision, now = Date.now()): string | undefined {
    if (decision.kind !== "denied") return undefined;
    const description = describeDenial(decision);
    const isNew = !this.times.has(description);
    this.times.set(description, now);
    return isNew ? description : undefined;
  }

  /** The calls that were denied since then (epoch milliseconds). */
  since(time: number): string[] {
    return [...this.times].filter(([, at]) => at >= time).map(([description]) => description);
  }
}
