import type { LocalStack } from "../../local/local-stack";
import { compareMemberships } from "./compare-memberships";
import type { Fleet } from "./fleet";
import { comparePresence } from "./presence";
import { Questions } from "./questions";
import { countBacklog } from "./queues";
import type { SoakEvent } from "./record";
import { tracePresence } from "./trace-presence";

/**
 * Compares who is in which channel with the table, and then, when half of the users have gone, who is online.
 *
 * @returns what is known about the users whose presence is not true
 */
export async function compareAtEnd(
  fleet: Fleet,
  stack: LocalStack,
  write: (event: SoakEvent) => void,
  onStep: (step: string) => void,
): Promise<readonly string[]> {
  const { devices, users, userOf } = fleet;
  const questions = new Questions(stack, write);
  onStep("Comparing who is in which channel");
  for (const event of await compareMemberships(stack, devices, questions)) write(event);
  onStep("Comparing presence");
  const numbers = Array.from({ length: users }, (_, index) => index);
  const goHome = new Set(numbers.filter((index) => index % 2 === 0).map(userOf));
  await fleet.close(devices.filter(({ user }) => goHome.has(user)));
  const isOnline = new Map(devices.map(({ user }) => [user, !goHome.has(user)]));
  const notes: string[] = [];
  for (const event of await comparePresence(questions, isOnline)) {
    write(event);
    if (event.isOnline !== event.isSaidOnline) notes.push(...(await tracePresence(stack, event.user, devices)));
  }
  return notes.length === 0 ? [] : [...notes, `${await countBacklog(stack)} messages are in the notifications queue`];
}
