import { describeWithLocalAws, INSTALL_TIMEOUT_MILLISECONDS } from "../support/local-aws";
import { NpmStart, pageAuthorization } from "../support/npm-start";
import { describeBehaviours } from "./behaviours";
import {
  type DeployedEnvironment,
  type DeployedTarget,
  openDeployedTarget,
  readDeployedEnvironment,
} from "./deployed-target";

/**
 * A SUMU known by nothing but its outputs: the one that `SUMU_E2E_…` and the AWS SDK's variables name, on AWS or not (see
 * docs/testing-a-deployment.md), and where nothing names one, what `npm start -- --json` prints.
 */
const named = readDeployedEnvironment(process.env);

jest.setTimeout(120_000);

if (named !== undefined) {
  describeDeployed("the SUMU that the environment names", {
    open: async () => openDeployedTarget(named),
    mayBroadcast: Boolean(named.SUMU_E2E_MAY_BROADCAST),
    refusedTokens: {
      otherAudience: Boolean(named.SUMU_E2E_OTHER_AUDIENCE_TOKEN),
      expired: Boolean(named.SUMU_E2E_EXPIRED_TOKEN),
    },
  });
} else {
  describeWithLocalAws("SUMU on one machine, presence to the topic", () => {
    let run: NpmStart | undefined;
    afterAll(async () => {
      await run?.interrupt();
      await run?.clear();
    });

    describeDeployed("as npm start prints it", {
      open: async () => {
        run = await NpmStart.run("--presence-source", "topic");
        Object.assign(process.env, await environmentOf(run));
        return openDeployedTarget(readDeployedEnvironment(process.env) as DeployedEnvironment);
      },
      mayBroadcast: true,
      refusedTokens: { otherAudience: true, expired: true },
    });
  });
}

function describeDeployed(
  title: string,
  options: Omit<Parameters<typeof describeBehaviours>[0], "target"> & { readonly open: () => Promise<DeployedTarget> },
): void {
  describe(title, () => {
    let target: DeployedTarget;
    beforeAll(async () => {
      target = await options.open();
    }, INSTALL_TIMEOUT_MILLISECONDS);
    afterAll(() => target?.close());

    // In a block of their own: jest ends the inner one, and its session, before the target.
    describe("behaves as any SUMU", () => describeBehaviours({ ...options, target: () => target }));
  });
}

/** What a person would export before pointing the suite at their `npm start`. */
async function environmentOf({ stack, environment }: NpmStart): Promise<NodeJS.ProcessEnv> {
  const { page_url, notifications, messages } = stack;
  const token = async (request: object): Promise<string> => {
    const response = await fetch(new URL("/tokens", page_url), {
      method: "POST",
      headers: { "content-type": "application/json", ...pageAuthorization(stack) },
      body: JSON.stringify({ user: "mallory", ...request }),
    });
    return ((await response.json()) as { token: string }).token;
  };
  return {
    SUMU_LOCAL_FOLDER: environment.SUMU_LOCAL_FOLDER,
    AWS_ENDPOINT_URL: stack.aws_endpoint_url,
    AWS_REGION: stack.region,
    AWS_ACCESS_KEY_ID: stack.aws_access_key_id,
    AWS_SECRET_ACCESS_KEY: stack.aws_secret_access_key,
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
    SUMU_E2E_WEBSOCKET_URL: stack.websocket_url,
    SUMU_E2E_CONNECTIONS_TABLE: stack.connections_table.name,
    SUMU_E2E_NOTIFICATIONS_QUEUE_URL: notifications.queue.url,
    SUMU_E2E_NOTIFICATIONS_TOPIC_ARN: notifications.topic.arn,
    SUMU_E2E_MESSAGES_QUEUE_URL: messages.queue.url,
    SUMU_E2E_MESSAGES_TOPIC_ARN: messages.topic.arn,
    SUMU_E2E_TOKEN_COMMAND: "npm run -s token -- -",
    SUMU_E2E_PRESENCE_SOURCE: "topic",
    SUMU_E2E_OTHER_AUDIENCE_TOKEN: await token({ audience: "somebody-else" }),
    SUMU_E2E_EXPIRED_TOKEN: await token({ expiresInSeconds: -3_600 }),
  };
}
