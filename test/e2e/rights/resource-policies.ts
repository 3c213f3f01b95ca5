import { GetTopicAttributesCommand, ListTopicsCommand, SetTopicAttributesCommand } from "@aws-sdk/client-sns";
import { GetQueueAttributesCommand, ListQueuesCommand, SetQueueAttributesCommand } from "@aws-sdk/client-sqs";
import type { AwsClients } from "../../../local/backend/aws";
import { documentText, type PolicyDocument } from "./policy-document";
import { isOfStack, shortName } from "./right";

const lastPart = (text: string, separator: string): string => text.split(separator).at(-1) ?? "";

/** Who may use the queues of the stack. */
export async function queuePolicies({ sqs }: AwsClients): Promise<PolicyDocument[]> {
  const { QueueUrls = [] } = await sqs.send(new ListQueuesCommand({}));
  const ofStack = QueueUrls.filter((url) => isOfStack(lastPart(url, "/")));
  return ofStack.map((QueueUrl) => ({
    where: `queue ${shortName(lastPart(QueueUrl, "/"))}`,
    read: async () => {
      const request = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["Policy"] });
      return JSON.parse((await sqs.send(request)).Attributes?.Policy ?? '{"Statement":[]}').Statement;
    },
    write: async (statements) => {
      const Policy = statements.length === 0 ? "" : documentText(statements);
      await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy } }));
    },
  }));
}

/** Who may use the topics of the stack. */
export async function topicPolicies({ sns }: AwsClients): Promise<PolicyDocument[]> {
  const { Topics = [] } = await sns.send(new ListTopicsCommand({}));
  const ofStack = Topics.flatMap(({ TopicArn }) => TopicArn ?? []).filter((arn) => isOfStack(lastPart(arn, ":")));
  return ofStack.map((TopicArn) => ({
    where: `topic ${shortName(lastPart(TopicArn, ":"))}`,
    read: async () => {
      const { Attributes } = await sns.send(new GetTopicAttributesCommand({ TopicArn }));
      return JSON.parse(Attributes?.Policy ?? '{"Statement":[]}').Statement;
    },
    write: async (statements) => {
      const AttributeValue = documentText(statements);
      await sns.send(new SetTopicAttributesCommand({ TopicArn, AttributeName: "Policy", AttributeValue }));
    },
  }));
}
