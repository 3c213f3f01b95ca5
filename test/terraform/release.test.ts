import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { App } from "cdktf";
import { requireProviders } from "../../src/module/providers";
import { ReadableStack } from "../../src/module/readable-stack";
import { Sumu } from "../../src/sumu";
import { describeWithTerraform } from "../support/terraform";
import { changes, type Plan, type PlannedAction } from "../support/terraform-plan";
import type { TerraformState } from "../support/terraform-state";
import { RootModule, TerraformWorkspace } from "../support/terraform-workspace";

jest.setTimeout(300_000);

const RELEASED_CODE = "cmVsZWFzZWQgY29kZSBvZiB2ZXJzaW9uIDcgICAgICAgICA=";

/** What a refresh finds after a pipeline has released version 7: AWS's own figures, read into the state. */
function release({ resources }: TerraformState): void {
  for (const { type, name, instances } of resources) {
    for (const { attributes } of name.startsWith("presence") ? [] : instances) {
      if (type === "aws_lambda_function") {
        Object.assign(attributes, {
          code_sha256: RELEASED_CODE,
          source_code_hash: RELEASED_CODE,
          source_code_size: 123_456,
          version: "7",
          qualified_arn: `${attributes.arn}:7`,
          qualified_invoke_arn: `${attributes.arn}:7/invocations`,
          last_modified: "2026-11-24T09:00:00.000+0000",
        });
      }
      if (type === "aws_lambda_alias") {
        attributes.function_version = "7";
      }
    }
  }
}

function summary(plan: Plan): readonly string[] {
  return changes(plan).map(({ address, change: { actions } }) => `${actions.join("/")} ${address}`);
}

const lines = (planned: readonly PlannedAction[]) => planned.map(({ action, address }) => `${action} ${address}`);

const PIPELINES = [
  "-var",
  's3_artifacts={bucket="shop-artifacts",arn="arn:aws:s3:::shop-artifacts"}',
  "-var",
  'github={owner="shop",connection_arn="arn:aws:codestar-connections:us-east-1:123456789012:connection/0b1c2d3e"}',
];

describeWithTerraform("a released handler", () => {
  let root: RootModule;
  afterEach(() => root.remove());

  it("survives applies, module upgrades and the pipelines' own end, in the module", async () => {
    const workspace = new TerraformWorkspace("modules/serverless");
    root = workspace;
    const inputs = ["prefix=shop", "stage_name=live", "issuer_jwks_uri=https://issuer.example.com/jwks.json"];
    const common = inputs.flatMap((input) => ["-var", input]);
    await workspace.init();
    await workspace.applyAtOnce(...common, ...PIPELINES);

    workspace.changeState(release);
    await workspace.expectNoChange(...common, ...PIPELINES);

    // An upgrade of the module brings other bundles: for the presence watchdog, which no pipeline releases.
    for (const handler of ["authorizer", "pusher", "presence"]) {
      appendFileSync(path.join(workspace.path, "handlers", handler, "index.mjs"), "// upgraded\n");
    }
    // Another setting reaches the authorizer, whose released code and alias stay.
    const upgraded = await workspace.plan(...common, ...PIPELINES, "-var", "token_clock_tolerance_seconds=5");
    expect(summary(upgraded)).toEqual([
      // It names the function, so that Terraform reads it again after the function's update.
      "update aws_iam_role_policy.authorizer_build_role[0]",
      "update aws_lambda_function.authorizer_released[0]",
      "update aws_lambda_function.presence[0]",
    ]);
    const [policy, authorizer] = changes(upgraded);
    expect(policy?.change.after_unknown).toEqual({ policy: true });
    expect(authorizer?.change.after?.source_code_hash).toBe(RELEASED_CODE);
    expect(authorizer?.change.after).toEqual({ ...authorizer?.change.before, environment: expect.anything() });

    // Without pipelines the bundled handlers take over: no name is held, nothing else is replaced.
    const off = await workspace.plan(...common);
    expect(summary(off).filter((line) => /lambda|sns|apigateway/.test(line))).toEqual([
      "update aws_apigatewayv2_authorizer.request",
      "create aws_lambda_alias.authorizer[0]",
      "delete aws_lambda_alias.authorizer_released[0]",
      "create aws_lambda_alias.pusher[0]",
      "delete aws_lambda_alias.pusher_released[0]",
      "update aws_lambda_event_source_mapping.notifications",
      "create aws_lambda_function.authorizer[0]",
      "delete aws_lambda_function.authorizer_released[0]",
      "update aws_lambda_function.presence[0]",
      "create aws_lambda_function.pusher[0]",
      "delete aws_lambda_function.pusher_released[0]",
      "create/delete aws_lambda_function_event_invoke_config.pusher_async",
      "create/delete aws_lambda_permission.authorizer",
      "create/delete aws_lambda_permission.notifications",
      "create/delete aws_sns_topic_subscription.notifications",
    ]);
    const applied = await workspace.apply();
    // Whoever invokes turns to the new function before the old one goes.
    for (const [first, then] of [
      ["aws_lambda_alias.pusher[0]: Creation complete", "aws_lambda_alias.pusher_released[0]: Destroying"],
      ["aws_lambda_permission.notifications: Creation complete", "aws_lambda_alias.pusher_released[0]: Destroying"],
      ["aws_lambda_permission.authorizer: Creation complete", "aws_lambda_alias.authorizer_released[0]: Destroying"],
      [
        "aws_sns_topic_subscription.notifications: Creation complete",
        "aws_lambda_alias.pusher_released[0]: Destroying",
      ],
    ] as const) {
      expect(applied).toContain(first);
      expect(applied.indexOf(first)).toBeLessThan(applied.indexOf(then));
    }

    // And an upgrade ships again.
    appendFileSync(path.join(workspace.path, "handlers", "pusher", "index.mjs"), "// upgraded again\n");
    expect(lines(await workspace.planActions(...common))).toEqual(["update aws_lambda_function.pusher[0]"]);
  });

  it("survives an apply of the construct, whose props are literals", async () => {
    const outdir = mkdtempSync(path.join(tmpdir(), "sumu-release-"));
    try {
      const app = new App({ outdir });
      const stack = new ReadableStack(app, "app");
      requireProviders(stack, ["aws", "archive"]);
      new Sumu(stack, "sumu", {
        prefix: "shop",
        stageName: "live",
        issuerJwksUri: "https://issuer.example.com/jwks.json",
        s3Artifacts: { bucket: "shop-artifacts", arn: "arn:aws:s3:::shop-artifacts" },
        github: {
          owner: "shop",
          connectionArn: "arn:aws:codestar-connections:us-east-1:123456789012:connection/0b1c2d3e",
        },
      });
      app.synth();
      root = new RootModule(path.join(outdir, "stacks", "app"));
      await root.init();
      await root.applyAtOnce();
      root.changeState(release);
      await root.expectNoChange();
    } finally {
      rmSync(outdir, { recursive: true, force: true });
    }
  });
});
