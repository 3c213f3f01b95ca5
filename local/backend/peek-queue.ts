import { createHash } from "node:crypto";
import type { Message } from "@aws-sdk/client-sqs";
import { SignatureV4 } from "@smithy/signature-v4";
import { Sha256 } from "../../emulator/gateway/service-client";
import type { AwsAccess } from "./aws";

/** MiniStack's description of a message in a queue. */
export interface PeekedMessage extends Pick<Message, "MessageAttributes"> {
  readonly MessageId: string;
  readonly Body: string;
}

/** The messages in a queue. It uses an endpoint of MiniStack that removes no message. */
export async function peekQueue(
  { endpoint, region, credentials }: AwsAccess,
  queueUrl: string,
  signal?: AbortSignal,
): Promise<readonly PeekedMessage[]> {
  const url = new URL("/_ministack/sqs/messages", endpoint);
  url.searchParams.set("QueueUrl", queueUrl);
  const signer = new SignatureV4({ credentials, region, service: "sqs", sha256: Sha256 });
  const { headers } = await signer.sign({
    method: "GET",
    protocol: url.protocol,
    hostname: url.hostname,
    path: url.pathname,
    query: { QueueUrl: queueUrl },
    headers: { host: url.host, "x-amz-content-sha256": createHash("sha256").digest("hex") },
  });
  const response = await fetch(url, { headers, signal });
  if (!response.ok) throw new Error(`the local AWS did not show ${queueUrl} (${response.status})`);
  const answer = (await response.json()) as { messages: { [account: string]: { [region: string]: object } } };
  const regions = Object.values(answer.messages).flatMap((account) => Object.values(account));
  return regions.flatMap((queues) => Object.values(queues) as PeekedMessage[][]).flat();
}
