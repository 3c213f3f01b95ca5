import { TerraformOutput } from "cdktf";
import type { Construct } from "constructs";
import type { Sumu } from "../sumu";

interface OutputDefinition {
  readonly description: string;
  readonly value: (sumu: Sumu) => unknown;
}

/** The outputs of module `serverless`, in the order in which its README lists them: the original's, then our own. */
export const SUMU_OUTPUTS: Readonly<Record<string, OutputDefinition>> = {
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
  websocket_url: {
    description: "Where clients connect without a custom domain.",
    value: (sumu) => sumu.webSocketUrl,
  },
};

export function sumuOutputs(scope: Construct, sumu: Sumu): void {
  for (const [name, { description, value }] of Object.entries(SUMU_OUTPUTS)) {
    new TerraformOutput(scope, name, { description, value: value(sumu) });
  }
}
