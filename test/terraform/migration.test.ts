import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { MOVED } from "../../src/module/moved";
import { planText } from "../support/plan-text";
import {
  changes,
  describeWithTerraform,
  type Plan,
  type PlannedChange,
  TerraformWorkspace,
} from "../support/terraform";

jest.setTimeout(300_000);

const FIXTURE = "test/terraform/fixtures/original";
const MODULE = "../../../../modules/serverless";

const PIPELINES = [
  "-var",
  's3_artifacts={bucket="kodhive-artifacts",arn="arn:aws:s3:::kodhive-artifacts"}',
  "-var",
  'github={owner="kodhive",connection_arn="arn:aws:codestar-connections:us-east-1:123456789012:connection/0b1c2d3e",webhook_secret="unused"}',
];

/** What clients, backends or data hold on to. */
const KEPT = [
  "aws_apigatewayv2_api",
  "aws_apigatewayv2_stage",
  "aws_sns_topic",
  "aws_sqs_queue",
  "aws_dynamodb_table",
  "aws_apigatewayv2_route",
];

/** What AWS allows once only, by type: the arguments that make the name. */
const IDENTITY: Readonly<Record<string, readonly string[]>> = {
  aws_cloudwatch_log_group: ["name"],
  aws_codebuild_project: ["name"],
  aws_codepipeline: ["name"],
  aws_codestarnotifications_notification_rule: ["name"],
  aws_dynamodb_table: ["name"],
  aws_iam_policy: ["name"],
  aws_iam_role: ["name"],
  aws_iam_role_policy: ["role", "name"],
  aws_lambda_alias: ["function_name", "name"],
  aws_lambda_event_source_mapping: ["event_source_arn", "function_name"],
  aws_lambda_function: ["function_name"],
  aws_lambda_permission: ["function_name", "qualifier", "statement_id"],
  aws_sns_topic: ["name"],
  aws_sns_topic_subscription: ["topic_arn", "endpoint"],
  aws_sqs_queue: ["name"],
};

function identity(type: string, values: PlannedChange["change"]["before"]): string | undefined {
  const parts = (IDENTITY[type] ?? []).map((argument) => values?.[argument]);
  // A part that only an apply will know belongs to something new.
  return parts.length === 0 || parts.some((part) => typeof part !== "string")
    ? undefined
    : `${type} ${parts.join(" ")}`;
}

/** What is created under a name that something else holds until the same apply takes it away, or for good. */
function heldNames(plan: Plan): readonly string[] {
  const all = (plan.resource_changes ?? []).filter(({ mode }) => mode === "managed");
  const holders = new Map(
    all.flatMap(({ type, address, change: { before } }) => {
      const name = identity(type, before);
      return name === undefined ? [] : [[name, address] as const];
    }),
  );
  return all.flatMap(({ type, address, change: { actions, after } }) => {
    const name = identity(type, after);
    const isFirstGone = actions[0] === "delete" && holders.get(name ?? "") === address;
    return actions.includes("create") && name !== undefined && holders.has(name) && !isFirstGone ? [name] : [];
  });
}

describeWithTerraform("a deployment of the original", () => {
  let workspace: TerraformWorkspace;
  afterEach(() => workspace.remove());

  async function deployOriginal(...args: string[]): Promise<void> {
    workspace = new TerraformWorkspace(FIXTURE);
    await workspace.init();
    await workspace.plan(...args);
    await workspace.apply();
  }

  /** What the caller does: another source, and the name of the live table. */
  async function changeSource(): Promise<void> {
    const file = path.join(workspace.path, "main.tf");
    const caller = readFileSync(file, "utf8")
      .replace('source = "./module"', `source = "${MODULE}"\n  connections_table_name = var.connections_table_name`)
      .replace(/ *names_functions_by_arn += .*\n/, "");
    writeFileSync(file, caller);
    await workspace.init();
  }

  /** Addresses of what is destroyed or replaced, among what must not be. */
  function lost(plan: Plan): readonly string[] {
    return changes(plan)
      .filter(({ type, change: { actions } }) => KEPT.includes(type) && actions.includes("delete"))
      .map(({ address }) => address);
  }

  function carriedOver(plan: Plan): readonly (string | undefined)[] {
    return (plan.resource_changes ?? []).map(({ previous_address: from }) => from).filter((from) => from !== undefined);
  }

  test("moves to this module by its source: nothing that is held on to goes, no name is taken twice", async () => {
    await deployOriginal();
    await changeSource();

    const withPipelines = await workspace.plan(...PIPELINES);
    expect(lost(withPipelines)).toEqual([]);
    expect(heldNames(withPipelines)).toEqual([]);

    const forgotten = await workspace.plan("-var", "connections_table_name=null");
    expect(lost(forgotten)).toEqual(["module.sumu.aws_dynamodb_table.connections"]);

    const plan = await workspace.plan();
    expect(lost(plan)).toEqual([]);
    expect(heldNames(plan)).toEqual([]);
    expect([...carriedOver(plan)].sort()).toEqual(MOVED.map(({ from }) => `module.sumu.${from}`).sort());
    expect(planText(plan)).toMatchSnapshot();
    const aliases = changes(plan).filter(({ type }) => type === "aws_lambda_alias");
    expect(aliases.map(({ address, change }) => [address, change.actions])).toEqual([
      ["module.sumu.aws_lambda_alias.authorizer[0]", ["update"]],
      ["module.sumu.aws_lambda_alias.presence[0]", ["create"]],
      ["module.sumu.aws_lambda_alias.pusher[0]", ["update"]],
    ]);
    await workspace.apply();
    expect(changes(await workspace.plan())).toEqual([]);
  });

  test("moves with its pipelines too, whichever way it wrote its aliases and its subscription", async () => {
    await deployOriginal(...PIPELINES, "-var", "names_functions_by_arn=false");
    await changeSource();
    const plan = await workspace.plan(...PIPELINES);
    expect(lost(plan)).toEqual([]);
    expect(heldNames(plan)).toEqual([]);
    await workspace.apply();
    expect(changes(await workspace.plan(...PIPELINES))).toEqual([]);
  });
});
