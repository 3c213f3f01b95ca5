import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SNSClient } from "@aws-sdk/client-sns";
import { SQSClient } from "@aws-sdk/client-sqs";
import { describeBehaviours } from "./behaviours";
import type { Target } from "./target";

/**
 * A stack that runs already, on AWS or not, by the outputs of the module:
 *
 * - `SUMU_E2E_WEBSOCKET_URL`, `SUMU_E2E_CONNECTIONS_TABLE` (its name)
 * - `SUMU_E2E_NOTIFICATIONS_QUEUE_URL`, `SUMU_E2E_NOTIFICATIONS_TOPIC_ARN`, `SUMU_E2E_MESSAGES_QUEUE_URL`, `SUMU_E2E_MESSAGES_TOPIC_ARN`
 * - `SUMU_E2E_TOKEN_COMMAND`: prints a token for the user whose name is appended; no shell, split at spaces
 *
 * and, where they are not the defaults: `SUMU_E2E_PRESENCE_SOURCE` (topic), `SUMU_E2E_MAY_BROADCAST` (unset: no, for
 * broadcasts reach every user), `SUMU_E2E_OTHER_AUDIENCE_TOKEN` and `SUMU_E2E_EXPIRED_TOKEN` (unset: not checked).
 * Region, endpoint and credentials are those of the AWS SDK. What lies in the messages queue is read and deleted.
 */
const REQUIRED = [
  "SUMU_E2E_WEBSOCKET_URL",
  "SUMU_E2E_CONNECTIONS_TABLE",
  "SUMU_E2E_NOTIFICATIONS_QUEUE_URL",
  "SUMU_E2E_NOTIFICATIONS_TOPIC_ARN",
  "SUMU_E2E_MESSAGES_QUEUE_URL",
  "SUMU_E2E_MESSAGES_TOPIC_ARN",
  "SUMU_E2E_TOKEN_COMMAND",
] as const;

const { env } = process;
const missing = REQUIRED.filter((name) => !env[name]);
const variable = (name: (typeof REQUIRED)[number]): string => env[name] ?? "";

jest.setTimeout(120_000);

function deployedTarget(): Target & { destroy(): void } {
  const clients = { dynamodb: new DynamoDBClient(), sns: new SNSClient(), sqs: new SQSClient() };
  const { SUMU_E2E_OTHER_AUDIENCE_TOKEN: otherAudience, SUMU_E2E_EXPIRED_TOKEN: expired } = env;
  return {
    ...clients,
    websocketUrl: variable("SUMU_E2E_WEBSOCKET_URL"),
    notifications: {
      queueUrl: variable("SUMU_E2E_NOTIFICATIONS_QUEUE_URL"),
      topicArn: variable("SUMU_E2E_NOTIFICATIONS_TOPIC_ARN"),
    },
    messages: {
      queueUrl: variable("SUMU_E2E_MESSAGES_QUEUE_URL"),
      topicArn: variable("SUMU_E2E_MESSAGES_TOPIC_ARN"),
    },
    connectionsTableName: variable("SUMU_E2E_CONNECTIONS_TABLE"),
    presenceSource: env.SUMU_E2E_PRESENCE_SOURCE === "queue" ? "queue" : "topic",
    mint: async (userId) => {
      const [command = "", ...args] = variable("SUMU_E2E_TOKEN_COMMAND").split(" ");
      const { stdout } = await promisify(execFile)(command, [...args, userId]);
      return stdout.trim();
    },
    ...(otherAudience !== undefined && { mintForOtherAudience: async () => otherAudience }),
    ...(expired !== undefined && { mintExpired: async () => expired }),
    destroy: () => {
      for (const client of Object.values(clients)) client.destroy();
    },
  };
}

if (missing.length > 0) {
  console.warn(`Skipped, since no deployed SUMU is named (unset: ${missing.join(", ")})`);
  describe.skip("a deployed SUMU", () => {
    it("behaves as any SUMU", () => {});
  });
} else {
  describe("a deployed SUMU", () => {
    let target: ReturnType<typeof deployedTarget>;
    beforeAll(() => {
      target = deployedTarget();
    });
    describe("behaves as any SUMU", () => {
      describeBehaviours({
        target: () => target,
        mayBroadcast: Boolean(env.SUMU_E2E_MAY_BROADCAST),
        refusedTokens: {
          otherAudience: env.SUMU_E2E_OTHER_AUDIENCE_TOKEN !== undefined,
          expired: env.SUMU_E2E_EXPIRED_TOKEN !== undefined,
        },
      });
    });
    afterAll(() => target?.destroy());
  });
}
