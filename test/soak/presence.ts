import { untilSame } from "./compare";
import type { Questions } from "./questions";
import type { PresenceEvent } from "./record";

/** Compares who is online with what SUMU says. */
export function comparePresence(
  questions: Questions,
  isOnline: ReadonlyMap<string, boolean>,
): Promise<readonly PresenceEvent[]> {
  const compare = async (): Promise<readonly PresenceEvent[]> => {
    const said = await questions.online();
    return [...isOnline].map(([user, is]) => ({ kind: "presence", user, isOnline: is, isSaidOnline: said.has(user) }));
  };
  return untilSame(questions, compare, (event) => event.isOnline === event.isSaidOnline);
}
