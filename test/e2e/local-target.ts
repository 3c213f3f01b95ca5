import type { LocalStack } from "../../local/local-stack";
import type { Target } from "./target";

/** A stack of this machine, with the presence source that it was started with. */
export function localTarget({ info, aws, issuer }: LocalStack, presenceSource: Target["presenceSource"]): Target {
  return {
    websocketUrl: info.websocket_url,
    notifications: { topicArn: info.notifications.topic.arn, queueUrl: info.notifications.queue.url },
    messages: { topicArn: info.messages.topic.arn, queueUrl: info.messages.queue.url },
    connectionsTableName: info.connections_table.name,
    presenceSource,
    dynamodb: aws.dynamodb,
    sns: aws.sns,
    sqs: aws.sqs,
    mint: (userId) => issuer.mint(userId),
    mintForOtherAudience: (userId) => issuer.mint(userId, { audience: "somebody-else" }),
    mintExpired: (userId) => issuer.mint(userId, { expiresInSeconds: -3_600 }),
  };
}
