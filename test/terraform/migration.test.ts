import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { MOVED } from "../../src/module/moved";
import { planText } from "../support/plan-text";
import { describeWithTerraform } from "../support/terraform";
import { changes, type Plan, type PlannedChange } from "../support/terraform-plan";
import { TerraformWorkspace } from "../support/terraform-workspace";

jest.setTimeout(600_000);

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
    await workspace.applyAtOnce(...args);
  }

  /** What the caller does: another source, and the name of the live table. */
  async function changeSource(): Promise<void> {
    const file = path.join(workspace.path, "main.tf");
    const caller = readFileSync(file, "utf8")
      .replace(
        'source = "./module"',
        `source = "${MODULE}"\n  connections_table_name = var.connections_table_name\n  keep_original_rights = var.keep_original_rights`,
      )
      .replace(/ *subscribes_function += .*\n/, "");
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

  /** What stays of the original for the first apply, and goes in the second. */
  const RIGHTS = MOVED.map(({ to }) => to).filter((to) => to.includes(".original_"));
  const PREFIX = "module.sumu.";

  it("moves in two applies: no moment without rights, subscription, permission, or an alias that leads to something", async () => {
    await deployOriginal();
    await changeSource();
    const forgotten = await workspace.planActions("-var", "connections_table_name=null");
    const table = forgotten.find(({ address }) => address === "module.sumu.aws_dynamodb_table.connections");
    expect(table?.action).toBe("replace");

    // The first apply makes no pipelines, though the caller gives what they need.
    const plan = await workspace.plan(...PIPELINES);
    expect(lost(plan)).toEqual([]);
    expect(heldNames(plan)).toEqual([]);
    expect([...carriedOver(plan)].sort()).toEqual(MOVED.map(({ from }) => `module.sumu.${from}`).sort());
    expect(planText(plan)).toMatchSnapshot();
    const actions = new Map((plan.resource_changes ?? []).map(({ address, change }) => [address, change.actions]));
    // Every role, policy and attachment of the original stays as it is.
    expect(RIGHTS.map((address) => actions.get(PREFIX + address))).toEqual(RIGHTS.map(() => ["no-op"]));
    const destroyed = changes(plan).filter(({ change }) => change.actions[0] === "delete");
    expect(destroyed.map(({ address }) => address.replace(PREFIX, "")).sort()).toEqual([
      "aws_lambda_event_source_mapping.presence_stream[0]",
      "module.authorizer.aws_cloudwatch_log_group.default",
      "module.presence[0].aws_cloudwatch_log_group.default",
      "module.pusher.module.pusher.aws_cloudwatch_log_group.default",
    ]);
    for (const [address, expected] of [
      ["aws_iam_role.gateway", ["update"]],
      ["aws_lambda_alias.authorizer[0]", ["update"]],
      ["aws_lambda_alias.pusher[0]", ["update"]],
      ["aws_lambda_alias.presence[0]", ["create"]],
      ["aws_lambda_permission.authorizer", ["create", "delete"]],
      ["aws_lambda_permission.notifications", ["create", "delete"]],
      ["aws_sns_topic_subscription.notifications", ["update"]],
      ["aws_lambda_event_source_mapping.notifications", ["update"]],
    ] as const) {
      expect([address, actions.get(PREFIX + address)]).toEqual([address, expected]);
    }
    const first = await workspace.planGraph();
    for (const [step, other] of [
      // A function gets its new role when that has its rights, and the alias leads to it after that.
      ["aws_lambda_function.authorizer[0]", "aws_iam_role_policy.authorizer_execution"],
      ["aws_lambda_function.pusher[0]", "aws_iam_role_policy.pusher_execution"],
      ["aws_lambda_function.presence[0]", "aws_iam_role_policy.presence_execution[0]"],
      ["aws_lambda_alias.authorizer[0]", "aws_lambda_function.authorizer[0]"],
      ["aws_lambda_alias.pusher[0]", "aws_lambda_function.pusher[0]"],
      ["aws_lambda_event_source_mapping.notifications", "aws_lambda_alias.pusher[0]"],
      // The old permission goes when the new one is there.
      ["aws_lambda_permission.authorizer (destroy)", "aws_lambda_permission.authorizer"],
      ["aws_lambda_permission.notifications (destroy)", "aws_lambda_permission.notifications"],
    ] as const) {
      expect([step, other, first.waits(PREFIX + step, PREFIX + other)]).toEqual([step, other, true]);
    }
    expect(changes(plan).filter(({ type }) => type === "aws_codepipeline")).toEqual([]);
    await workspace.apply();
    await workspace.expectNoChange(...PIPELINES);

    // The second apply: with pipelines, and without the original's rights.
    const second = [...PIPELINES, "-var", "keep_original_rights=false"];
    const next = await workspace.plan(...second);
    expect(lost(next)).toEqual([]);
    expect(heldNames(next)).toEqual([]);
    const order = await workspace.planGraph();
    expect(RIGHTS.filter((address) => !order.destroys.includes(`${PREFIX}${address} (destroy)`))).toEqual([]);
    for (const [step, other] of [
      // AWS refuses to delete a role or policy that is attached.
      ["aws_iam_policy.original_gateway[0] (destroy)", "aws_iam_role_policy_attachment.original_gateway[0] (destroy)"],
      [
        "aws_iam_role.original_pusher[0] (destroy)",
        "aws_iam_role_policy_attachment.original_pusher_custom[0] (destroy)",
      ],
      // What invokes turns to the released function before the other goes.
      ["aws_lambda_alias.authorizer[0] (destroy)", "aws_apigatewayv2_authorizer.request"],
      ["aws_lambda_alias.authorizer[0] (destroy)", "aws_lambda_permission.authorizer"],
      ["aws_lambda_alias.pusher[0] (destroy)", "aws_lambda_event_source_mapping.notifications"],
      ["aws_lambda_alias.pusher[0] (destroy)", "aws_sns_topic_subscription.notifications"],
      ["aws_lambda_alias.pusher[0] (destroy)", "aws_sns_topic_subscription.notifications (destroy)"],
      ["aws_sns_topic_subscription.notifications", "aws_lambda_alias.pusher_released[0]"],
      ["aws_sns_topic_subscription.notifications", "aws_lambda_permission.notifications"],
      ["aws_sns_topic_subscription.notifications (destroy)", "aws_sns_topic_subscription.notifications"],
    ] as const) {
      expect([step, other, order.waits(PREFIX + step, PREFIX + other)]).toEqual([step, other, true]);
    }
    await workspace.apply();
    await workspace.expectNoChange(...second);
  });

  it("keeps a subscription to the function itself until the one to the alias is there", async () => {
    await deployOriginal("-var", "subscribes_function=true");
    await changeSource();
    const plan = await workspace.plan();
    const subscription = changes(plan).find(({ type }) => type === "aws_sns_topic_subscription");
    expect(subscription?.change.actions).toEqual(["create", "delete"]);
    expect(subscription?.change.after?.endpoint).toBe(
      "arn:aws:lambda:us-east-1:123456789012:function:kodhive-mvp-sumu-pusher-codeless:latest",
    );
    const graph = await workspace.planGraph();
    const created = `${PREFIX}aws_sns_topic_subscription.notifications`;
    for (const needed of ["aws_lambda_alias.pusher[0]", "aws_lambda_permission.notifications"]) {
      expect(graph.waits(created, PREFIX + needed)).toBe(true);
    }
    expect(graph.waits(`${created} (destroy)`, created)).toBe(true);
  });
});
