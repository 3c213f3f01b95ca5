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
    value: (sumu) => ({
      topic: { name: sumu.notificationsTopicName, arn: sumu.notificationsTopicArn },
      queue: {
        arn: sumu.notificationsQueueArn,
        url: sumu.notificationsQueueUrl,
        name: sumu.notificationsQueueName,
      },
    }),
  },
  messages: {
    description:
      "Where the backend finds what clients publish and send, and presence: topic = { name, arn }, queue = { arn, url, name }.",
    value: (sumu) => ({
      topic: { name: sumu.messagesTopicName, arn: sumu.messagesTopicArn },
      queue: { arn: sumu.messagesQueueArn, url: sumu.messagesQueueUrl, name: sumu.messagesQueueName },
    }),
  },
  connections_table: {
    description: "Who is connected: name, arn, stream_arn (keys only) of the table.",
    value: (sumu) => ({
      name: sumu.connectionsTableName,
      arn: sumu.connectionsTableArn,
      stream_arn: sumu.connectionsTableStreamArn,
    }),
  },
  presence_table: {
    description: "Who is online: name and arn of the table. Both null when presence_source is neither topic nor queue.",
    value: (sumu) => ({ name: sumu.presenceTableName, arn: sumu.presenceTableArn }),
  },
  revocations_table: {
    description: "Whose tokens are revoked: name and arn of the table. Both null without revocations.",
    value: (sumu) => ({ name: sumu.revocationsTableName, arn: sumu.revocationsTableArn }),
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
