import { SetTopicAttributesCommand } from "@aws-sdk/client-sns";
import type { CreateResource } from "./creation";

/** `aws_sns_topic_policy`. The emulator deletes it with its topic. */
export const createSnsTopicPolicy: CreateResource = async (args, { sns }) => {
  const TopicArn = args.text("arn");
  const AttributeValue = args.text("policy");
  args.finish();

  await sns.send(new SetTopicAttributesCommand({ TopicArn, AttributeName: "Policy", AttributeValue }));
  return { attributes: { id: TopicArn } };
};
