import { SumuBackend } from "../../backend/typescript/src/index";
import type { LocalStack } from "../../local/local-stack";
import { digest } from "./device";
import { countBacklog } from "./queues";
import type { SoakEvent } from "./record";
import { CHANNELS } from "./rights";

const TO_EVERYONE = "who-is-there";
const TO_CHANNELS = "who-is-in";

/**
 * Notifications that find out who is there. A gateway that was killed has told nobody of its connections: SUMU learns of
 * them when it sends to them.
 */
export class Questions {
  readonly #backend: SumuBackend;

  constructor(
    private readonly stack: LocalStack,
    write: (event: SoakEvent) => void,
  ) {
    const { info, aws } = stack;
    const { sqs, dynamodb } = aws;
    const notificationsQueueUrl = info.notifications.queue.url;
    const presenceTableName = info.presence_table?.name ?? "";
    this.#backend = new SumuBackend({ notificationsQueueUrl, presenceTableName }, { sqs, dynamodb });
    const sent = { kind: "sent", except: [], data: digest(null), isKept: false } as const;
    write({ ...sent, id: TO_EVERYONE, to: "everyone" });
    write({ ...sent, id: TO_CHANNELS, to: { channels: CHANNELS } });
  }

  /** On a busy machine the last questions still wait in the queue. More of them would only make it longer. */
  async ask(): Promise<void> {
    if ((await countBacklog(this.stack)) > 0) return;
    await this.#backend.notifyEveryone(null, { id: TO_EVERYONE, keep: false });
    await this.#backend.notifyChannel([...CHANNELS], null, { id: TO_CHANNELS, keep: false });
  }

  /** The users that are online, as a backend is told. */
  async online(): Promise<ReadonlySet<string>> {
    const users = new Set<string>();
    for await (const { userId } of this.#backend.presence()) users.add(userId);
    return users;
  }
}
