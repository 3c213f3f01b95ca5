import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { App, LocalBackend } from "cdktf";
import { requireProviders } from "../../src/module/providers";
import { ReadableStack } from "../../src/module/readable-stack";
import { Sumu } from "../../src/sumu";
import { changes, describeWithTerraform, type Plan, runTerraform, TerraformWorkspace } from "../support/terraform";

jest.setTimeout(300_000);

interface State {
  serial: number;
  readonly resources: readonly {
    readonly type: string;
    readonly name: string;
    readonly instances: readonly { readonly attributes: Record<string, unknown> }[];
  }[];
}

const RELEASED_CODE = "cmVsZWFzZWQgY29kZSBvZiB2ZXJzaW9uIDcgICAgICAgICA=";

/** What a refresh finds after a pipeline has released version 7: AWS's own figures, read into the state. */
function afterRelease(text: string): string {
  const state = JSON.parse(text) as State;
  state.serial += 1;
  for (const { type, name, instances } of state.resources) {
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
  return JSON.stringify(state);
}

async function release(folder: string): Promise<void> {
  const file = path.join(folder, "released.json");
  writeFileSync(file, afterRelease(await runTerraform(folder, "state", "pull")));
  await runTerraform(folder, "state", "push", file);
}

function summary(plan: Plan): readonly string[] {
  return changes(plan).map(({ address, change: { actions } }) => `${actions.join("/")} ${address}`);
}

const PIPELINES = [
  "-var",
  's3_artifacts={bucket="shop-artifacts",arn="arn:aws:s3:::shop-artifacts"}',
  "-var",
  'github={owner="shop",connection_arn="arn:aws:codestar-connections:us-east-1:123456789012:connection/0b1c2d3e"}',
];

describeWithTerraform("a released handler", () => {
  let workspace: TerraformWorkspace;
  afterEach(() => workspace?.remove());

  it("survives applies, module upgrades and the pipelines' own end, in the module", async () => {
    workspace = new TerraformWorkspace("modules/serverless");
    const inputs = ["prefix=shop", "stage_name=live", "issuer_jwks_uri=https://issuer.example.com/jwks.json"];
    const common = inputs.flatMap((input) => ["-var", input]);
    await workspace.init();
    await workspace.applyAtOnce(...common, ...PIPELINES);

    await release(workspace.path);
    await workspace.expectNoChange(...common, ...PIPELINES);

    // An upgrade of the module brings other bundles: for the presence watchdog, which no pipeline releases.
    for (const handler of ["authorizer", "pusher", "presence"]) {
      appendFileSync(path.join(workspace.path, "handlers", handler, "index.mjs"), "// upgraded\n");
    }
    expect(summary(await workspace.plan(...common, ...PIPELINES))).toEqual(["update aws_lambda_function.presence[0]"]);

    // Another setting reaches the functions, whose released code and alias stay.
    const tolerant = await workspace.plan(...common, ...PIPELINES, "-var", "token_clock_tolerance_seconds=5");
    const authorizer = changes(tolerant).find(
      ({ address }) => address === "aws_lambda_function.authorizer_released[0]",
    );
    expect(authorizer?.change.after?.source_code_hash).toBe(RELEASED_CODE);
    expect(summary(tolerant).filter((line) => line.includes("aws_lambda_alias"))).toEqual([]);

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
    expect(summary(await workspace.plan(...common))).toEqual(["update aws_lambda_function.pusher[0]"]);
  });

  it("survives an apply of the construct, whose props are literals", async () => {
    const outdir = mkdtempSync(path.join(tmpdir(), "sumu-release-"));
    try {
      const app = new App({ outdir });
      const stack = new ReadableStack(app, "app");
      new LocalBackend(stack, { path: "terraform.tfstate" });
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
      const folder = path.join(outdir, "stacks", "app");
      await runTerraform(folder, "init", "-no-color", "-input=false");
      await runTerraform(folder, "apply", "-no-color", "-input=false", "-auto-approve");
      await release(folder);
      const plan = await runTerraform(folder, "plan", "-no-color", "-input=false", "-detailed-exitcode");
      expect(plan).toContain("No changes.");
    } finally {
      rmSync(outdir, { recursive: true, force: true });
    }
  });
});
