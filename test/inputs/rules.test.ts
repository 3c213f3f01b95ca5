import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import * as operation from "../../src/inputs/operation-rules";
import type { Rule } from "../../src/inputs/rule";
import * as rules from "../../src/inputs/rules";
import { SUMU_VARIABLES } from "../../src/module/sumu-variables";
import type { VariableDefinition } from "../../src/module/variable";
import { LONGEST_PREFIX } from "../../src/names";
import { describeWithTerraform, runTerraform } from "../support/terraform";

jest.setTimeout(60_000);

interface Samples {
  readonly rule: Rule<never>;
  readonly valid: readonly unknown[];
  readonly invalid: readonly unknown[];
}

const connection = "arn:aws:codestar-connections:us-east-1:123456789012:connection/0b1c2d3e";
const topic = "arn:aws:sns:eu-west-1:123456789012:alerts";
const github = { owner: "shop", connection_arn: connection };
const repositories = (name: string, branch = "main") => ({
  authorizer: { name, branch },
  pusher: { name: "pusher", branch: "main" },
});

/** Objects as Terraform spells them; the construct's camelCase is made of them below. */
const samples: Readonly<Record<string, Samples>> = {
  prefix: {
    rule: rules.prefixRule,
    valid: ["a", "Shop_1-x", "p".repeat(LONGEST_PREFIX)],
    invalid: ["", "a.b", "a b", "ä", "a\n", "p".repeat(LONGEST_PREFIX + 1), 'a"b', "${x}"],
  },
  stage_name: {
    rule: rules.stageNameRule,
    valid: ["live", "v1_2-x", "s".repeat(128)],
    invalid: ["", "$default", "a/b", "a b", "s".repeat(129)],
  },
  apigw_endpoint: {
    rule: rules.apigwEndpointRule,
    valid: ["https://live.kodhive.com/push", "https://abc.execute-api.eu-west-1.amazonaws.com/live", "https://a:8443"],
    invalid: [
      "http://a/b",
      "wss://a/b",
      "https://",
      "https://a b",
      "https://a/b?c=d",
      "https://a#b",
      "live.kodhive.com",
    ],
  },
  issuer_jwks_uri: {
    rule: rules.issuerJwksUriRule,
    valid: ["https://issuer/.well-known/jwks.json", "https://issuer/keys?v=1"],
    invalid: ["", "http://issuer/keys", "issuer", "https://issuer/a b", "https://user:secret@issuer/keys"],
  },
  authorized_audiences: {
    rule: rules.authorizedAudiencesRule,
    valid: [[], ["a"], ["a", "https://api.example.com/"], ["a".repeat(2_048)]],
    invalid: [[""], ["a,b"], ["a b"], ["a", ""], ["a".repeat(2_049)], ["a".repeat(1_024), "b".repeat(1_024)]],
  },
  authorized_issuer: {
    rule: rules.authorizedIssuerRule,
    valid: ["https://securetoken.google.com/shop"],
    invalid: ["", "a b", "a,b", "i".repeat(513)],
  },
  github: {
    rule: rules.githubRule,
    valid: [github, { ...github, connection_arn: connection.replace("codestar-connections", "codeconnections") }],
    invalid: [
      { ...github, owner: "" },
      { ...github, owner: "-shop" },
      { ...github, owner: "shop/web" },
      { ...github, owner: "s".repeat(40) },
      { ...github, connection_arn: "" },
      { ...github, connection_arn: "arn:aws:iam::123456789012:role/x" },
    ],
  },
  github_repositories: {
    rule: rules.githubRepositoriesRule,
    valid: [repositories("apigw-jwt-authorizer"), repositories("a", "feature/x")],
    invalid: [repositories(""), repositories("shop/web"), repositories("a", ""), repositories("a", "x y")],
  },
  s3_artifacts: {
    rule: rules.s3ArtifactsRule,
    valid: [{ bucket: "shop-artifacts", arn: "arn:aws:s3:::shop-artifacts" }],
    invalid: [
      { bucket: "shop-artifacts", arn: "shop-artifacts" },
      { bucket: "other", arn: "arn:aws:s3:::shop-artifacts" },
    ],
  },
  ci_notifications_slack_channels: {
    rule: rules.slackChannelsRule,
    valid: [{ info: "ci-info", alert: "ci_alert" }],
    invalid: [
      { info: "", alert: "x" },
      { info: "#ci", alert: "x" },
    ],
  },
  connections_table_name: {
    rule: rules.connectionsTableNameRule,
    valid: ["SumuConnections", "a.b", "t".repeat(255)],
    invalid: ["", "ab", "a/b", "t".repeat(256)],
  },
  presence_grace_seconds: { rule: rules.presenceGraceSecondsRule, valid: [0, 900], invalid: [-1, 901, 1.5] },
  token_clock_tolerance_seconds: { rule: rules.tokenClockToleranceSecondsRule, valid: [0, 300], invalid: [-1, 301] },
  delivery_concurrency: { rule: rules.deliveryConcurrencyRule, valid: [1, 800], invalid: [0, 801, 2.5] },
  read_concurrency: { rule: rules.readConcurrencyRule, valid: [1, 128], invalid: [0, 129] },
  broadcast_segments: { rule: rules.broadcastSegmentsRule, valid: [1, 1_000], invalid: [0, 1_001] },
  log_level: { rule: rules.logLevelRule, valid: ["debug", "info", "warn", "error"], invalid: ["", "INFO", "trace"] },
  alarm_actions: {
    rule: rules.alarmActionsRule,
    valid: [[], [topic], [topic, "arn:aws-cn:lambda:cn-north-1:123456789012:function:page"], Array(5).fill(topic)],
    invalid: [["alerts"], [""], [topic, "arn:aws:sns"], [`${topic} `], Array(6).fill(topic)],
  },
  log_retention_days: { rule: rules.logRetentionDaysRule, valid: [1, 30, 3653], invalid: [0, 2, 31] },
  kms_key_arn: {
    rule: operation.kmsKeyArnRule,
    valid: [
      "arn:aws:kms:eu-west-1:123456789012:key/0b1c2d3e-4f56-7890-abcd-ef0123456789",
      "arn:aws-us-gov:kms:us-gov-west-1:123456789012:key/mrk-0b1c2d3e4f567890abcdef0123456789",
    ],
    invalid: [
      "",
      "0b1c2d3e-4f56-7890-abcd-ef0123456789",
      "alias/sumu",
      "arn:aws:kms:eu-west-1:123456789012:alias/sumu",
      "arn:aws:kms:eu-west-1:123456789012:key/a b",
    ],
  },
  architecture: { rule: operation.architectureRule, valid: ["arm64", "x86_64"], invalid: ["", "arm", "ARM64"] },
  authorizer_memory_mb: { rule: operation.authorizerMemoryMbRule, valid: [128, 10_240], invalid: [127, 10_241, 128.5] },
  authorizer_reserved_concurrency: {
    rule: operation.authorizerReservedConcurrencyRule,
    valid: [1, 100_000],
    invalid: [0, -1, 1.5],
  },
  pusher_memory_mb: { rule: operation.pusherMemoryMbRule, valid: [128, 10_240], invalid: [127, 10_241] },
  pusher_timeout_seconds: { rule: operation.pusherTimeoutSecondsRule, valid: [10, 900], invalid: [9, 901, 10.5] },
  pusher_batch_size: { rule: operation.pusherBatchSizeRule, valid: [1, 10], invalid: [0, 11] },
  pusher_maximum_concurrency: {
    rule: operation.pusherMaximumConcurrencyRule,
    valid: [2, 1_000],
    invalid: [1, 1_001, 2.5],
  },
  pusher_reserved_concurrency: { rule: operation.pusherReservedConcurrencyRule, valid: [1], invalid: [0, 100_001] },
  presence_memory_mb: { rule: operation.presenceMemoryMbRule, valid: [128, 10_240], invalid: [0, 20_000] },
  throttling_rate_limit: { rule: operation.throttlingRateLimitRule, valid: [1, 10_000], invalid: [0, 0.5, -1] },
  throttling_burst_limit: { rule: operation.throttlingBurstLimitRule, valid: [1, 5_000], invalid: [0, 1.5] },
};

function camelCased(value: unknown): unknown {
  if (Array.isArray(value) || typeof value !== "object" || value === null) {
    return value;
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase()),
      camelCased(inner),
    ]),
  );
}

/** jest spreads a sample that is an array; the title of a long one is cut short. */
function wrapped(values: readonly unknown[]): { value: unknown; toJSON: () => unknown }[] {
  return values.map((value) => ({ value, toJSON: () => JSON.stringify(value).slice(0, 60) }));
}

test("every input with a rule has samples of what it takes and refuses", () => {
  const ruled = Object.entries<VariableDefinition>(SUMU_VARIABLES).filter(([, { rule }]) => rule !== undefined);
  // Another spelling of github_repositories, by the same rule.
  const inputs = ruled.map(([name]) => name).filter((name) => name !== "github_repository");
  expect(Object.keys(samples).sort()).toEqual(inputs.sort());
});

describe.each(Object.entries(samples))("rule of %s", (_input, { rule, valid, invalid }) => {
  test.each(wrapped(valid))("takes %j", ({ value }) => {
    expect(rule.holds(camelCased(value) as never)).toBe(true);
  });

  test.each(wrapped(invalid))("refuses %j", ({ value }) => {
    expect(rule.holds(camelCased(value) as never)).toBe(false);
  });

  test("says in one sentence what is required", () => {
    expect(rule.message).toMatch(new RegExp(`^${_input} must [^\\n]+\\.$`));
  });
});

describeWithTerraform("the rules as Terraform reads them", () => {
  test("decide each sample as the construct does, and let null stand for a missing input", async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "sumu-rules-"));
    try {
      const verdicts: Record<string, { value: string }> = {};
      const locals: Record<string, unknown> = {};
      const expected: Record<string, boolean> = {};
      for (const [input, { rule, valid, invalid }] of Object.entries(samples)) {
        [...valid, ...invalid].forEach((value, index) => {
          const name = `${input}_${index}`;
          // Terraform JSON reads ${ as a template, in a sample too.
          locals[name] = JSON.parse(JSON.stringify(value).replaceAll("${", () => "$${"));
          verdicts[name] = { value: `\${${rule.condition(`local.${name}`)}}` };
          expected[name] = index < valid.length;
        });
      }
      for (const input of [
        "apigw_endpoint",
        "authorized_issuer",
        "github",
        "s3_artifacts",
        "connections_table_name",
        "kms_key_arn",
        "authorizer_reserved_concurrency",
        "pusher_maximum_concurrency",
        "pusher_reserved_concurrency",
      ]) {
        locals[`${input}_null`] = null;
        verdicts[`${input}_null`] = { value: `\${${samples[input]?.rule.condition(`local.${input}_null`)}}` };
        expected[`${input}_null`] = true;
      }
      writeFileSync(path.join(folder, "main.tf.json"), JSON.stringify({ locals, output: verdicts }, null, 1));
      await runTerraform(folder, "init", "-no-color");
      await runTerraform(folder, "apply", "-no-color", "-auto-approve");
      const outputs = JSON.parse(await runTerraform(folder, "output", "-json")) as Record<string, { value: boolean }>;
      expect(Object.fromEntries(Object.entries(outputs).map(([name, { value }]) => [name, value]))).toEqual(expected);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
