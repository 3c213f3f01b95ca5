import { writeFileSync } from "node:fs";
import path from "node:path";
import { App, TerraformStack } from "cdktf";
import * as operation from "../../src/inputs/operation-rules";
import * as rules from "../../src/inputs/rules";
import type { SumuProps } from "../../src/inputs/sumu-props";
import { SUMU_VARIABLES } from "../../src/module/sumu-variables";
import type { VariableDefinition } from "../../src/module/variable";
import { Sumu } from "../../src/sumu";
import { describeWithTerraform, runTerraform, TerraformWorkspace } from "../support/terraform";

jest.setTimeout(60_000);

const valid: SumuProps = { prefix: "shop", stageName: "live", issuerJwksUri: "https://issuer.example.com/jwks.json" };

/** By input: what is wrong, as the module's variable and as the construct's prop, and the words of the refusal. */
const invalid: readonly {
  readonly input: string;
  readonly value: unknown;
  readonly props: Partial<SumuProps>;
  readonly message: string;
}[] = [
  { input: "prefix", value: "my shop", props: { prefix: "my shop" }, message: rules.prefixRule.message },
  { input: "stage_name", value: "$default", props: { stageName: "$default" }, message: rules.stageNameRule.message },
  {
    input: "apigw_endpoint",
    value: "wss://live.example.com",
    props: { apigwEndpoint: "wss://live.example.com" },
    message: rules.apigwEndpointRule.message,
  },
  {
    input: "issuer_jwks_uri",
    value: "http://issuer.example.com",
    props: { issuerJwksUri: "http://issuer.example.com" },
    message: rules.issuerJwksUriRule.message,
  },
  {
    input: "authorized_audiences",
    value: ["web", ""],
    props: { authorizedAudiences: ["web", ""] },
    message: rules.authorizedAudiencesRule.message,
  },
  {
    input: "presence_grace_seconds",
    value: 901,
    props: { presenceGraceSeconds: 901 },
    message: rules.presenceGraceSecondsRule.message,
  },
  {
    input: "connections_table_name",
    value: "a/b",
    props: { connectionsTableName: "a/b" },
    message: rules.connectionsTableNameRule.message,
  },
  {
    input: "log_level",
    value: "verbose",
    props: { logLevel: "verbose" },
    message: rules.logLevelRule.message,
  },
  {
    input: "alarm_actions",
    value: ["alerts"],
    props: { alarmActions: ["alerts"] },
    message: rules.alarmActionsRule.message,
  },
  {
    input: "log_retention_days",
    value: 31,
    props: { logRetentionDays: 31 },
    message: rules.logRetentionDaysRule.message,
  },
  {
    input: "kms_key_arn",
    value: "alias/sumu",
    props: { kmsKeyArn: "alias/sumu" },
    message: operation.kmsKeyArnRule.message,
  },
  {
    input: "architecture",
    value: "arm",
    props: { architecture: "arm" },
    message: operation.architectureRule.message,
  },
  {
    input: "authorizer_memory_mb",
    value: 64,
    props: { authorizerMemoryMb: 64 },
    message: operation.authorizerMemoryMbRule.message,
  },
  {
    input: "authorizer_reserved_concurrency",
    value: 0,
    props: { authorizerReservedConcurrency: 0 },
    message: operation.authorizerReservedConcurrencyRule.message,
  },
  {
    input: "pusher_memory_mb",
    value: 64,
    props: { pusherMemoryMb: 64 },
    message: operation.pusherMemoryMbRule.message,
  },
  {
    input: "pusher_timeout_seconds",
    value: 901,
    props: { pusherTimeoutSeconds: 901 },
    message: operation.pusherTimeoutSecondsRule.message,
  },
  {
    input: "pusher_batch_size",
    value: 11,
    props: { pusherBatchSize: 11 },
    message: operation.pusherBatchSizeRule.message,
  },
  {
    input: "pusher_maximum_concurrency",
    value: 1,
    props: { pusherMaximumConcurrency: 1 },
    message: operation.pusherMaximumConcurrencyRule.message,
  },
  {
    input: "pusher_reserved_concurrency",
    value: 0,
    props: { pusherReservedConcurrency: 0 },
    message: operation.pusherReservedConcurrencyRule.message,
  },
  {
    input: "presence_memory_mb",
    value: 64,
    props: { presenceMemoryMb: 64 },
    message: operation.presenceMemoryMbRule.message,
  },
  {
    input: "throttling_rate_limit",
    value: 0,
    props: { throttlingRateLimit: 0 },
    message: operation.throttlingRateLimitRule.message,
  },
  {
    input: "throttling_burst_limit",
    value: 0,
    props: { throttlingBurstLimit: 0 },
    message: operation.throttlingBurstLimitRule.message,
  },
];

function construct(props: Partial<SumuProps>): Sumu {
  return new Sumu(new TerraformStack(new App(), "stack"), "sumu", { ...valid, ...props });
}

describe("a construct with an invalid literal", () => {
  test.each(invalid)("rejects $input by the variable's own words", ({ props, message }) => {
    expect(() => construct(props)).toThrow(new RangeError(message));
  });

  test("rejects a prefix with which a name would overrun AWS's limit, and takes one a character shorter", () => {
    expect(() => construct({ prefix: "p".repeat(40) })).toThrow(new RangeError(rules.prefixRule.message));
    expect(() => construct({ prefix: "p".repeat(39) })).not.toThrow();
  });
});

describeWithTerraform("the module with invalid variables", () => {
  let workspace: TerraformWorkspace;
  beforeAll(async () => {
    workspace = new TerraformWorkspace("modules/serverless");
    await workspace.init();
  });
  afterAll(() => workspace.remove());

  /** What a plan with these variables refuses: input and the rule's words. */
  async function refusals(variables: Readonly<Record<string, unknown>>): Promise<Record<string, string>> {
    writeFileSync(path.join(workspace.path, "terraform.tfvars.json"), JSON.stringify(variables));
    const printed = await runTerraform(workspace.path, "plan", "-json").catch((error: Error) => error.message);
    const found: Record<string, string> = {};
    for (const line of printed.split("\n").filter((text) => text.startsWith("{"))) {
      const { type, diagnostic } = JSON.parse(line) as {
        type: string;
        diagnostic?: { summary: string; detail: string };
      };
      if (type === "diagnostic" && diagnostic?.summary === "Invalid value for variable") {
        const [message = ""] = diagnostic.detail.split("\n\n");
        found[message.split(" ")[0] ?? ""] = message;
      }
    }
    return found;
  }

  const github = {
    owner: "shop/web",
    connection_arn: "arn:aws:codestar-connections:us-east-1:123456789012:connection/0b1c2d3e",
  };

  test("is refused at plan, each variable by its rule", async () => {
    const others = {
      github,
      github_repositories: { authorizer: { name: "shop/web" } },
      github_repository: { pusher: { branch: "" } },
      s3_artifacts: { bucket: "other", arn: "arn:aws:s3:::shop-artifacts" },
      ci_notifications_slack_channels: { info: "#ci", alert: "ci" },
      authorized_issuer: "a b",
      token_clock_tolerance_seconds: 301,
      delivery_concurrency: 0,
      read_concurrency: 0,
      broadcast_segments: 0,
    };
    const variables = { ...Object.fromEntries(invalid.map(({ input, value }) => [input, value])), ...others };
    const ruled = Object.entries<VariableDefinition>(SUMU_VARIABLES).filter(([, { rule }]) => rule !== undefined);
    expect(Object.keys(variables).sort()).toEqual(ruled.map(([name]) => name).sort());
    expect(await refusals(variables)).toEqual({
      ...Object.fromEntries(invalid.map(({ input, message }) => [input, message])),
      github: rules.githubRule.message,
      github_repositories: rules.githubRepositoriesRule.message,
      github_repository: rules.githubRepositoriesRule.message.replace("github_repositories", "github_repository"),
      s3_artifacts: rules.s3ArtifactsRule.message,
      ci_notifications_slack_channels: rules.slackChannelsRule.message,
      authorized_issuer: rules.authorizedIssuerRule.message,
      token_clock_tolerance_seconds: rules.tokenClockToleranceSecondsRule.message,
      delivery_concurrency: rules.deliveryConcurrencyRule.message,
      read_concurrency: rules.readConcurrencyRule.message,
      broadcast_segments: rules.broadcastSegmentsRule.message,
    });
  });

  test("is refused for a prefix with which a name would overrun AWS's limit", async () => {
    const rest = { stage_name: "live", issuer_jwks_uri: "https://issuer.example.com/jwks.json" };
    expect(await refusals({ ...rest, prefix: "p".repeat(40) })).toEqual({ prefix: rules.prefixRule.message });
  });

  test("takes null for what has a default", async () => {
    const given = {
      prefix: "p".repeat(39),
      stage_name: "live",
      issuer_jwks_uri: "https://issuer.example.com/jwks.json",
      authorized_audiences: null,
      presence_source: null,
      apigw_endpoint: null,
      log_retention_days: null,
      log_level: null,
      alarm_actions: null,
      dashboard: null,
      tracing: null,
    };
    expect(await refusals(given)).toEqual({});
  });
});
