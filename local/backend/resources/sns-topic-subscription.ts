import { SubscribeCommand, UnsubscribeCommand } from "@aws-sdk/client-sns";
import type { CreateResource } from "./creation";

/** SNS's names for the arguments of `aws_sns_topic_subscription` that are attributes of a subscription. */
const ATTRIBUTES = {
  filter_policy: "FilterPolicy",
  filter_policy_scope: "FilterPolicyScope",
  raw_message_delivery: "RawMessageDelivery",
  redrive_policy: "RedrivePolicy",
} as const;

/** `aws_sns_topic_subscription` of a function or a queue. A MiniStack that runs already tries a function once, without redrive. */
export const createSnsTopicSubscription: CreateResource = async (args, { sns }) => {
  const attributes = Object.entries(ATTRIBUTES).flatMap(([argument, attribute]) => {
    const value = args.optionalText(argument);
    return value === undefined ? [] : [[attribute, value] as const];
  });
  const request = {
    TopicArn: args.text("topic_arn"),
    Protocol: args.text("protocol"),
    Endpoint: args.text("endpoint"),
    Attributes: Object.fromEntries(attributes),
    ReturnSubscriptionArn: true,
  };
  args.finish();

  const { SubscriptionArn: arn = "" } = await sns.send(new SubscribeCommand(request));
  return {
    attributes: { id: arn, arn },
    remove: () => sns.send(new UnsubscribeCommand({ SubscriptionArn: arn })),
  };
};
