import { setTimeout as sleep } from "node:timers/promises";
import { SumuBackend } from "../../backend/typescript/src/index";
import type { LocalStack } from "../../local/local-stack";
import { digest } from "./device";
import type { PresenceEvent, SoakEvent } from "./record";

const PATIENCE_MS = 180_000;
const ROUND_MS = 3_000;
/** The id of the notifications that find out who is there. */
const QUESTION = "who-is-there";

/**
 * Compares who is online with what SUMU says, when it says the same or after a long time. A gateway that was killed has
 * told nobody of its connections: SUMU learns of them when it sends to them. So everyone gets notifications meanwhile.
 */
export async function comparePresence(
  { info, aws: { sqs, dynamodb } }: LocalStack,
  isOnline: ReadonlyMap<string, boolean>,
  write: (event: SoakEvent) => void,
): Promise<void> {
  const settings = {
    notificationsQueueUrl: info.notifications.queue.url,
    presenceTableName: info.presence_table?.name ?? "",
  };
  const backend = new SumuBackend(settings, { sqs, dynamodb });
  const deadline = Date.now() + PATIENCE_MS;
  write({ kind: "sent", id: QUESTION, to: "everyone", data: digest(null), isKept: false });
  for (;;) {
    await backend.notifyEveryone(null, { id: QUESTION, keep: false });
    await sleep(ROUND_MS);
    const said = new Set<string>();
    for await (const { userId } of backend.presence()) said.add(userId);
    const events = [...isOnline].map(
      ([user, is]): PresenceEvent => ({ kind: "presence", user, isOnline: is, isSaidOnline: said.has(user) }),
    );
    if (events.every((event) => event.isOnline === event.isSaidOnline) || Date.now() > deadline) {
      for (const event of events) write(event);
      return;
    }
  }
}
