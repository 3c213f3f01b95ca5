import { reasonAttributes } from "../aws/dead-letter";
import type { Sqs } from "../aws/sqs";
import type { DeadLetter } from "./handle-users";

/**
 * Sends dead letters. The reason is an attribute, as in the pusher's dead letters. The body has what an operator needs
 * to find the cause.
 */
export function deadLettersTo(queueUrl: string, sqs: Sqs, deadline: number): (letter: DeadLetter) => Promise<void> {
  return ({ reason, userId, itemIdentifiers }) =>
    sqs.sendMessage(
      queueUrl,
      {
        body: JSON.stringify({ user_id: userId, records: itemIdentifiers }),
        attributes: reasonAttributes(reason),
      },
      { deadline },
    );
}
