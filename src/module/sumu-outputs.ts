import type { TopicAndQueue } from "../outlets";
import type { Sumu } from "../sumu";
import type { OutputDefinitions } from "./output";

/** The outputs of module `serverless`, in the order in which its README lists them: the original's, then our own. */
export const SUMU_OUTPUTS: OutputDefinitions<Sumu> = {
  ws_api_id: {
    description: "Id of the WebSocket API, as core-route53's ws_apis wants it.",
    value: (sumu) => sumu.apiId,
  },
  ws_api_stage_name: {
    description: "Name of its stage.",
    value: (sumu) => sumu.stageName,
  },
  notifications: {
    description: "Where the backend sends notifications: topic = { name, arn }, queue = { arn, url, name }.",
    value: ({ notifications }) => topicAndQueue(notifications),
  },
  messages: {
    description:
      "Where the backend finds what clients publish and send, and presence: topic = { name, arn }, queue = { arn, url, name }.",
    value: ({ messages }) => topicAndQueue(messages),
  },
  connections_table: {
    description: "Who is connected: name, arn, stream_arn (keys only) of the table.",
    value: ({ connectionsTable: { name, arn, streamArn } }) => ({ name, arn, stream_arn: streamArn }),
  },
  presence_table: {
    description: "Who is online: name and arn of the table. Both null when presence_source is neither topic nor queue.",
    value: ({ presenceTable }) => ({ name: presenceTable?.name, arn: presenceTable?.arn }),
  },
  revocations_table: {
    description: "Whose tokens are revoked: name and arn of the table. Both null without revocations.",
    value: ({ revocationsTable }) => ({ name: revocationsTable?.name, arn: revocationsTable?.arn }),
  },
  websocket_url: {
    description: "Where clients connect without a custom domain.",
    value: (sumu) => sumu.webSocketUrl,
  },
  kms_key_policy_json: {
    description:
      "What the policy of kms_key_arn's key must allow AWS services: merge it into the key's policy by source_policy_documents.",
    value: (sumu) => sumu.kmsKeyPolicyJson,
  },
};

/** Its members in the order in which the module lists them. */
function topicAndQueue({ topic, queue }: TopicAndQueue): unknown {
  return {
    topic: { name: topic.name, arn: topic.arn },
    queue: { arn: queue.arn, url: queue.url, name: queue.name },
  };
}
