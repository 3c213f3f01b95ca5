import type { PresenceStatus } from "../../src/contract/messages";
import type { Clients } from "./clients";
import type { EventTarget } from "./configuration";
import { presenceEvent } from "./presence-event";
import type { PresencePublisher } from "./settle-user";

/** Sends presence events to the messages topic or queue. A call ends by `deadline` (epoch milliseconds). */
export function publisherTo(target: EventTarget, { sns, sqs }: Clients, deadline: number): PresencePublisher {
  return {
    publish: async (userId, row) => {
      const { body, attributes } = presenceEvent(userId, row);
      if ("topicArn" in target) {
        await sns.publish({ topicArn: target.topicArn, message: body, attributes }, { deadline });
      } else {
        await sqs.sendMessage(target.queueUrl, { body, attributes }, { deadline });
      }
    },
  };
}

/** Counts the sent events, for the metrics. */
export function counting(announced: Record<PresenceStatus, number>, publisher: PresencePublisher): PresencePublisher {
  return {
    publish: async (userId, row) => {
      await publisher.publish(userId, row);
      announced[row.status]++;
    },
  };
}
