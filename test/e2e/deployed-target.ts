import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SNSClient } from "@aws-sdk/client-sns";
import { SQSClient } from "@aws-sdk/client-sqs";
import type { Target } from "./target";
import { TokenCommand } from "./tokens";

/** Which stack it is: each must be set. */
const REQUIRED = [
  "SUMU_E2E_WEBSOCKET_URL",
  "SUMU_E2E_CONNECTIONS_TABLE",
  "SUMU_E2E_NOTIFICATIONS_QUEUE_URL",
  "SUMU_E2E_NOTIFICATIONS_TOPIC_ARN",
  "SUMU_E2E_MESSAGES_QUEUE_URL",
  "SUMU_E2E_MESSAGES_TOPIC_ARN",
  "SUMU_E2E_TOKEN_COMMAND",
] as const;

const OPTIONAL = [
  "SUMU_E2E_PRESENCE_SOURCE",
  "SUMU_E2E_MAY_BROADCAST",
  "SUMU_E2E_OTHER_AUDIENCE_TOKEN",
  "SUMU_E2E_EXPIRED_TOKEN",
] as const;

/** The variables that name a stack which runs already: see docs/testing-a-deployment.md. */
export type DeployedEnvironment = { readonly [Name in (typeof REQUIRED)[number]]: string } & {
  readonly [Name in (typeof OPTIONAL)[number]]?: string;
};

export interface DeployedTarget extends Target {
  close(): Promise<void>;
}

/**
 * The stack that the environment names.
 *
 * @returns undefined when it names none
 * @throws Error listing what is missing or misspelt
 */
export function readDeployedEnvironment(env: NodeJS.ProcessEnv): DeployedEnvironment | undefined {
  const given = Object.keys(env).filter((name) => name.startsWith("SUMU_E2E_") && env[name]);
  if (given.length === 0) return undefined;
  const known: readonly string[] = [...REQUIRED, ...OPTIONAL];
  const problems = [
    ...REQUIRED.filter((name) => !env[name]).map((name) => `${name} is not set`),
    ...given.filter((name) => !known.includes(name)).map((name) => `${name} means nothing`),
  ];
  const { SUMU_E2E_PRESENCE_SOURCE: presenceSource } = env;
  if (presenceSource && !["topic", "queue"].includes(presenceSource)) {
    problems.push(`SUMU_E2E_PRESENCE_SOURCE must be topic or queue, got "${presenceSource}"`);
  }
  if (problems.length > 0) throw new Error(`${problems.join("; ")}: see docs/testing-a-deployment.md`);
  return env as unknown as DeployedEnvironment;
}

/** Region, endpoint and credentials are those of the AWS SDK. */
export function openDeployedTarget(env: DeployedEnvironment): DeployedTarget {
  const clients = { dynamodb: new DynamoDBClient(), sns: new SNSClient(), sqs: new SQSClient() };
  const tokens = new TokenCommand(env.SUMU_E2E_TOKEN_COMMAND);
  const { SUMU_E2E_OTHER_AUDIENCE_TOKEN: otherAudience, SUMU_E2E_EXPIRED_TOKEN: expired } = env;
  return {
    ...clients,
    websocketUrl: env.SUMU_E2E_WEBSOCKET_URL,
    notifications: {
      queueUrl: env.SUMU_E2E_NOTIFICATIONS_QUEUE_URL,
      topicArn: env.SUMU_E2E_NOTIFICATIONS_TOPIC_ARN,
    },
    messages: { queueUrl: env.SUMU_E2E_MESSAGES_QUEUE_URL, topicArn: env.SUMU_E2E_MESSAGES_TOPIC_ARN },
    connectionsTableName: env.SUMU_E2E_CONNECTIONS_TABLE,
    presenceSource: env.SUMU_E2E_PRESENCE_SOURCE === "queue" ? "queue" : "topic",
    mint: (userId) => tokens.mint(userId),
    ...(otherAudience && { mintForOtherAudience: async () => otherAudience }),
    ...(expired && { mintExpired: async () => expired }),
    close: async () => {
      await tokens.end();
      for (const client of Object.values(clients)) client.destroy();
    },
  };
}
