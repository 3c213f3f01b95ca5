import { NAME_SUFFIXES, type NameSuffix } from "../../../src/names";
import { DEAD_LETTERS } from "../../../src/observability/handler-rows";
import type { Stack } from "../stack";
import { type Check, off, ok, wrong, wrongIfAny } from "./check";

/** More messages than this wait only if nobody takes them, or too slowly. */
const MANY_WAITING = 1_000;

export const DEAD_LETTER_QUEUES: readonly NameSuffix[] = DEAD_LETTERS.map(({ key }) => NAME_SUFFIXES[key]);

/** The queues whose messages move to another queue after their last try. */
const QUEUES = DEAD_LETTERS.flatMap(({ key, redriveTo, part }) =>
  redriveTo === undefined
    ? []
    : [{ suffix: NAME_SUFFIXES[redriveTo], letters: NAME_SUFFIXES[key], isAlways: part === undefined }],
);

async function waiting(stack: Stack, suffix: NameSuffix, otherwise = "there is no queue: see the check queues") {
  const queue = await stack.queue(suffix);
  if (queue === undefined) return off(otherwise);
  const words = `${queue.waiting} messages wait`;
  return queue.waiting > MANY_WAITING ? wrong(`${words} in ${stack.name(suffix)}`) : ok(words);
}

export const QUEUE_CHECKS: readonly Check[] = [
  {
    id: "queues",
    reads: "the notifications queue and the messages queue",
    wrongIf: "a queue is missing",
    advice: "check --prefix, the region and the account; if they are right, run terraform apply",
    run: async (stack) => {
      const names = QUEUES.filter(({ isAlways }) => isAlways).map(({ suffix }) => suffix);
      const found = await Promise.all(names.map((suffix) => stack.queue(suffix)));
      return wrongIfAny(
        names.flatMap((suffix, index) => (found[index] ? [] : [`there is no queue ${stack.name(suffix)}`])),
      );
    },
  },
  {
    id: "dead-letter-queues",
    reads: "the redrive policies of the queues of notifications, messages, control frames and waiting OFFLINE events",
    wrongIf: "a queue does not send its failed messages to its dead-letter queue: after four days they are lost",
    advice: "run terraform apply: it sets the redrive policy again",
    run: async (stack) => {
      const faults = await Promise.all(
        QUEUES.map(async ({ suffix, letters }) => {
          const queue = await stack.queue(suffix);
          if (queue === undefined || queue.deadLetterArn?.endsWith(`:${stack.name(letters)}`)) return [];
          return [`${stack.name(suffix)} has no redrive policy to ${stack.name(letters)}`];
        }),
      );
      return wrongIfAny(faults.flat());
    },
  },
  {
    id: "notifications-waiting",
    reads: "how many messages wait in the notifications queue",
    wrongIf: `more than ${MANY_WAITING} wait: notifications are late`,
    advice: "look at the checks pusher-source, functions and concurrency; then at docs/limits-and-capacity.md",
    run: (stack) => waiting(stack, "integration-notifications"),
  },
  {
    id: "messages-waiting",
    reads: "how many messages wait in the messages queue",
    wrongIf: `more than ${MANY_WAITING} wait: your backend does not take them, or takes them too slowly`,
    advice: "start your consumer of the messages queue, or add more of them; after four days SQS deletes messages",
    run: (stack) => waiting(stack, "integration-messages"),
  },
  {
    id: "control-waiting",
    reads: "how many control frames of clients wait",
    wrongIf: `more than ${MANY_WAITING} wait: clients get their answers late, and those that recover or subscribe wait`,
    advice: "look at the checks control-source, functions and concurrency; then at docs/limits-and-capacity.md",
    run: (stack) => waiting(stack, "control", "the stack has no control queue"),
  },
  {
    id: "dead-letters",
    reads: "how many messages each dead-letter queue has",
    wrongIf: "a dead-letter queue has messages: each is a failure that nobody has handled",
    advice: "sumu dead-letters list says why; sumu dead-letters redrive sends them again",
    run: async (stack) => {
      const faults = await Promise.all(
        DEAD_LETTER_QUEUES.map(async (suffix) => {
          const queue = await stack.queue(suffix);
          const letters = (queue?.waiting ?? 0) + (queue?.inFlight ?? 0);
          return letters > 0 ? [`${stack.name(suffix)} has ${letters}`] : [];
        }),
      );
      return wrongIfAny(faults.flat());
    },
  },
];
