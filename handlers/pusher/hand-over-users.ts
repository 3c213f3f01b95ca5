import { continuationDelaySeconds, MAX_ATTEMPTS } from "./attempts";
import type { Unfinished } from "./each-user";
import type { Outbox, OutboxMessage } from "./outbox";
import type { TimeBudget } from "./time-budget";

export interface HandOverPorts {
  readonly outbox: Outbox;
  readonly budget: TimeBudget;
  /** From 0 to 1. */
  readonly random: () => number;
  /** Called for users who are passed to a later invocation, and for users who are given up on. */
  readonly onHandedOver: (users: number, isDeadLetter: boolean) => void;
}

/** The bodies of messages about users, for an attempt. `reason`: why they are given up on. */
export type Bodies = (users: readonly string[], attempt: number, reason?: string) => string[];

/** A message, and the queue that gets it. */
export interface Outgoing {
  readonly queue: "notifications" | "dead-letters";
  readonly message: OutboxMessage;
}

export function outgoing(bodies: readonly string[], delaySeconds?: number, reason?: string): Outgoing[] {
  const queue = reason === undefined ? "notifications" : "dead-letters";
  return bodies.map((body) => ({ queue, message: { body, isContinuation: true, delaySeconds, reason } }));
}

/** Messages for the remaining users. `finished`: how many users are finished. */
export function handOver(
  left: ReadonlyMap<string, Unfinished>,
  attempt: number,
  bodies: Bodies,
  { random, onHandedOver }: HandOverPorts,
  finished: number,
): Outgoing[] {
  const groups = new Map<string | undefined, string[]>();
  for (const [user, unfinished] of left) {
    const isLate = unfinished === "out_of_time";
    // An invocation without progress must not be repeated for ever.
    const failure = isLate ? (finished > 0 ? undefined : "out_of_time") : unfinished.failure;
    const group = groups.get(failure);
    if (group === undefined) groups.set(failure, [user]);
    else group.push(user);
  }
  return [...groups].flatMap(([failure, users]) => {
    const isLast = failure !== undefined && attempt >= MAX_ATTEMPTS;
    onHandedOver(users.length, isLast);
    if (failure === undefined) return outgoing(bodies(users, attempt));
    if (isLast) return outgoing(bodies(users, 1, failure), undefined, failure);
    return outgoing(bodies(users, attempt + 1), continuationDelaySeconds(attempt + 1, random));
  });
}

/** @returns false if a message could not be sent to its queue. */
export async function send(all: readonly Outgoing[], { outbox, budget }: HandOverPorts): Promise<boolean> {
  let unsent = 0;
  for (const queue of ["notifications", "dead-letters"] as const) {
    const messages = all.filter((each) => each.queue === queue).map(({ message }) => message);
    if (messages.length > 0) unsent += (await outbox.send(queue, messages, budget.endAt)).length;
  }
  return unsent === 0;
}
