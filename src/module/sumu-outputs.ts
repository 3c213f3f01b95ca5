import type { TopicAndQueue } from "../outlets";
import type { Sumu } from "../sumu";
import type { OutputDefinitions } from "./output";

/** The outputs of module `serverless`, in the order of its README: the original's first, then our own. */
export const SUMU_OUTPUTS: OutputDefinitions<Sumu> = {
  ws_api_id: {
    description: "Id of the WebSocket API, for ws_apis of the module core-route53.",
    value: (sumu) => sumu.apiId,
  },
  ws_api_stage_name: {
    description: "Name of the WebSocket API's stage.",
    value: (sumu) => sumu.stageName,
  },
  notifications: {
    description:
      "Topic and queue to which the backend sends notifications: topic = { name, arn }, queue = { arn, url, name }.",
    value: ({ notifications }) => topicAndQueue(notifications),
  },
  messages: {
    description:
      "Topic and queue from which the backend gets clients' messages and presence events: topic = { name, arn }, queue = { arn, url, name }.",
    value: ({ messages }) => topicAndQueue(messages),
  },
  connections_table: {
    description: "Table of the open connections: name, arn, stream_arn (keys only).",
    value: ({ connectionsTable: { name, arn, streamArn } }) => ({ name, arn, stream_arn: streamArn }),
  },
  presence_table: {
    description:
      "Table of the users who are online: name and arn. Both are null if presence_source is neither topic nor queue.",
    value: ({ presenceTable }) => ({ name: presenceTable?.name, arn: presenceTable?.arn }),
  },
  revocations_table: {
    description: "Whose tokens are revoked: name and arn of the table. Both null without revocations.",
    value: ({ revocationsTable }) => ({ name: revocationsTable?.name, arn: revocationsTable?.arn }),
  },
  history_table: {
    description: "Table of the notifications that are kept: name and arn. Both are null if history_seconds is 0.",
    value: ({ historyTable }) => ({ name: historyTable?.name, arn: historyTable?.arn }),
  },
  subscriptions_table: {
    description: "Which connections are in which channels: name and arn of the table. Both null without channels.",
    value: ({ subscriptionsTable }) => ({ name: subscriptionsTable?.name, arn: subscriptionsTable?.arn }),
  },
  websocket_url: {
    description: "URL to which clients connect, without a custom domain.",
    value: (sumu) => sumu.webSocketUrl,
  },
  kms_key_policy_json: {
    description:
      "Statements that the policy of the key kms_key_arn needs for AWS services: merge them into the key's policy by source_policy_documents.",
    value: (sumu) => sumu.kmsKeyPolicyJson,
  },
};

/** Its members, in the module's order. */
function topicAndQueue({ topic, queue }: TopicAndQueue): unknown {
  return {
    topic: { name: topic.name, arn: topic.arn },
    queue: { arn: queue.arn, url: queue.url, name: queue.name },
  };
}
