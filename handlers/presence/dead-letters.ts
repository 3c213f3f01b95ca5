import { reasonAttributes } from "../aws/dead-letter";
import type { Sqs } from "../aws/sqs";
import type { DeadLetter } from "./handle-users";

/** Sends dead letters: the reason as an attribute, as the pusher's; in the body, what an operator needs to look into it. */
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
