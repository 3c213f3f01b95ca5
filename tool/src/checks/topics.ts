import { ListSubscriptionsByTopicCommand } from "@aws-sdk/client-sns";
import type { NameSuffix } from "../../../src/names";
import { ifExists } from "../aws/if-exists";
import type { Stack } from "../stack";
import { type Check, ok, wrong } from "./check";

/** The endpoints that get what is published, or undefined if there is no topic. */
async function subscribers(stack: Stack, suffix: NameSuffix): Promise<readonly string[] | undefined> {
  const TopicArn = await stack.topicArn(suffix);
  const found: string[] = [];
  let NextToken: string | undefined;
  do {
    const command = new ListSubscriptionsByTopicCommand({ TopicArn, NextToken });
    const page = await ifExists(stack.clients.sns.send(command));
    if (page === undefined) return undefined;
    found.push(...(page.Subscriptions ?? []).map(({ Endpoint = "" }) => Endpoint));
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  return found;
}

async function checkTopic(stack: Stack, suffix: NameSuffix, subscriber: string) {
  const endpoints = await subscribers(stack, suffix);
  if (endpoints === undefined) return wrong(`there is no topic ${stack.name(suffix)}`);
  return endpoints.some((endpoint) => endpoint.split(":").includes(subscriber))
    ? ok()
    : wrong(`${subscriber} does not subscribe to the topic ${stack.name(suffix)}`);
}

export const TOPIC_CHECKS: readonly Check[] = [
  {
    id: "notifications-topic",
    reads: "the notifications topic and its subscriptions",
    wrongIf: "the topic is missing, or the pusher does not subscribe: what backends publish reaches nobody",
    advice: "run terraform apply: it creates the topic and the subscription again",
    run: async (stack) => checkTopic(stack, "integration-notifications", (await stack.requireFunction("pusher")).name),
  },
  {
    id: "messages-topic",
    reads: "the messages topic and its subscriptions",
    wrongIf: "the topic is missing: what clients publish reaches no backend",
    advice: "run terraform apply, and let your backend subscribe again",
    run: async (stack) => {
      const endpoints = await subscribers(stack, "integration-messages");
      const name = stack.name("integration-messages");
      if (endpoints === undefined) return wrong(`there is no topic ${name}`);
      const count = `${endpoints.length} ${endpoints.length === 1 ? "subscription" : "subscriptions"}`;
      return ok(endpoints.length === 0 ? "nobody subscribes, so published messages reach nobody" : count);
    },
  },
];
