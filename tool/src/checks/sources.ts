import { ListEventSourceMappingsCommand } from "@aws-sdk/client-lambda";
import { RELEASE_ALIAS } from "../../../src/contract/handlers";
import type { Stack, StackFunction } from "../stack";
import { type Check, off, ok, wrong } from "./check";

/** Whether Lambda passes what a source has to a function. */
async function checkSource(stack: Stack, handler: StackFunction, source: string) {
  const state = await stack.function(handler);
  if (state === undefined) return off(`the stack has no ${handler} function`);
  const FunctionName = `${state.name}:${RELEASE_ALIAS}`;
  const { EventSourceMappings = [] } = await stack.clients.lambda.send(
    new ListEventSourceMappingsCommand({ FunctionName }),
  );
  const mapping = EventSourceMappings.find(({ EventSourceArn = "" }) => EventSourceArn.split(/[:/]/).includes(source));
  if (mapping === undefined) return wrong(`${state.name} does not get what is in ${source}`);
  const { State = "Enabled" } = mapping;
  return /^(Disabl)/.test(State) ? wrong(`the mapping of ${source} to ${state.name} is ${State}`) : ok(State);
}

const ADVICE = "enable the event source mapping: aws lambda update-event-source-mapping --enabled, or terraform apply";

export const SOURCE_CHECKS: readonly Check[] = [
  {
    id: "pusher-source",
    reads: "the event source mapping from the notifications queue to the pusher",
    wrongIf: "it is missing or disabled: notifications stay in the queue",
    advice: ADVICE,
    run: (stack) => checkSource(stack, "pusher", stack.name("integration-notifications")),
  },
  {
    id: "presence-source",
    reads: "the event source mapping from the stream of connections to the presence function",
    wrongIf: "it is missing or disabled: presence does not change any more",
    advice: ADVICE,
    run: async (stack) => checkSource(stack, "presence", await stack.connectionsTable()),
  },
  {
    id: "control-source",
    reads: "the event source mapping from the control queue to the control function",
    wrongIf: "it is missing or disabled: recoveries and subscriptions get no answer",
    advice: ADVICE,
    run: (stack) => checkSource(stack, "control", stack.name("control")),
  },
  {
    id: "grace-source",
    reads: "the event source mapping from the queue of waiting OFFLINE events to the presence function",
    wrongIf: "it is missing or disabled: users who have left stay ONLINE",
    advice: ADVICE,
    run: async (stack) =>
      (await stack.queue("presence-grace")) === undefined
        ? off("OFFLINE does not wait")
        : checkSource(stack, "presence", stack.name("presence-grace")),
  },
];
