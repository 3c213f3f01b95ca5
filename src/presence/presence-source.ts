import { Fn, type IResolvable, Op, Token } from "cdktf";
import { type Existence, existsWhen, existsWithBoth } from "../terraform/existence";

/** The watchdog exists when presence goes to the topic or the queue. */
export function watchdogExistence(presenceSource: string): Existence {
  return existsWhen(
    Token.isUnresolved(presenceSource)
      ? goesSomewhere(presenceSource)
      : presenceSource === "topic" || presenceSource === "queue",
  );
}

/** The grace queue exists for a watchdog whose OFFLINE waits. */
export function graceExistence(presenceSource: string, graceSeconds: number): Existence {
  const waits = existsWhen(Token.isUnresolved(graceSeconds) ? Op.gte(graceSeconds, 1) : graceSeconds > 0);
  return existsWithBoth(watchdogExistence(presenceSource), waits);
}

function goesSomewhere(presenceSource: string): IResolvable {
  return Fn.contains(["topic", "queue"], presenceSource);
}
