import { POSTED_BY_ATTRIBUTE } from "../../src/contract/channels";
import type { Sqs } from "../aws/sqs";
import type { PostBox } from "./subscriptions";

/** The notifications queue in SQS. The user is an attribute, which no client can set. */
export function notificationsQueue(sqs: Sqs, queueUrl: string, deadline: number): PostBox {
  return {
    post({ id, channel, from, data }) {
      const head = JSON.stringify({ to: { channels: [channel] }, id });
      const body = `{"notification":${head.slice(0, -1)},"data":${data}}}`;
      const attributes = { [POSTED_BY_ATTRIBUTE]: { DataType: "String", StringValue: from } } as const;
      return sqs.sendMessage(queueUrl, { body, attributes }, { deadline });
    },
  };
}
