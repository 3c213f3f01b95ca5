import { conditional, Fn, type IResolvable, Op, Token } from "cdktf";

/**
 * Whether something exists. A literal decides at synthesis; a Terraform variable is not known then, and decides by a
 * `count` that Terraform computes.
 */
export type Existence = { readonly exists: false } | { readonly exists: true; readonly count?: number };

/** The watchdog exists when presence goes to the topic or the queue. */
export function watchdogExistence(presenceSource: string): Existence {
  return Token.isUnresolved(presenceSource)
    ? counted(goesSomewhere(presenceSource))
    : { exists: presenceSource === "topic" || presenceSource === "queue" };
}

/** The grace queue exists for a watchdog whose OFFLINE waits. */
export function graceExistence(presenceSource: string, graceSeconds: number): Existence {
  const watchdog = watchdogExistence(presenceSource);
  if (!watchdog.exists || !Token.isUnresolved(graceSeconds)) {
    return watchdog.exists && graceSeconds > 0 ? watchdog : { exists: false };
  }
  const waits = Op.gte(graceSeconds, 1);
  return counted(watchdog.count === undefined ? waits : Op.and(goesSomewhere(presenceSource), waits));
}

function goesSomewhere(presenceSource: string): IResolvable {
  return Fn.contains(["topic", "queue"], presenceSource);
}

function counted(condition: IResolvable): Existence {
  return { exists: true, count: Token.asNumber(conditional(condition, 1, 0)) };
}
