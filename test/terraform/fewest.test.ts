import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { planText } from "../support/plan-text";
import { describeWithTerraform } from "../support/terraform";
import { changes, type Plan } from "../support/terraform-plan";
import { TerraformWorkspace } from "../support/terraform-workspace";

jest.setTimeout(600_000);

const PREFIX = "module.sumu.";

const ofType = (plan: Plan, type: string) =>
  changes(plan)
    .filter((change) => change.type === type)
    .map(({ address, change: { actions } }) => `${actions.join("/")} ${address.replace(PREFIX, "")}`);

// The second test changes what the first test has applied.
describeWithTerraform("examples/hcl/fewest", () => {
  let workspace: TerraformWorkspace;
  beforeAll(async () => {
    workspace = new TerraformWorkspace("examples/hcl/fewest");
    await workspace.init();
  });
  afterAll(() => workspace.remove());

  it("the fewest inputs plan, apply and stay", async () => {
    const plan = await workspace.plan();
    expect(planText(plan)).toMatchSnapshot();
    await workspace.apply();
    await workspace.expectNoChange();
  });

  it("a change of prefix converges in one apply: the aliases go with their functions, and the next plan is empty", async () => {
    const file = path.join(workspace.path, "main.tf");
    const text = readFileSync(file, "utf8");
    expect(text).toContain('= "shop"\n');
    writeFileSync(file, text.replace('= "shop"\n', '= "store"\n'));

    const plan = await workspace.plan();
    // The API keeps its id and its URL.
    expect(ofType(plan, "aws_apigatewayv2_api")).toEqual(["update aws_apigatewayv2_api.websocket"]);
    expect(ofType(plan, "aws_apigatewayv2_stage").filter((line) => !line.startsWith("update"))).toEqual([]);
    expect(ofType(plan, "aws_lambda_alias")).toEqual([
      "create/delete aws_lambda_alias.authorizer[0]",
      "delete/create aws_lambda_alias.presence[0]",
      "create/delete aws_lambda_alias.pusher[0]",
    ]);
    expect(ofType(plan, "aws_sns_topic_subscription")).toEqual([
      "create/delete aws_sns_topic_subscription.notifications",
    ]);
    const graph = await workspace.planGraph();
    for (const [step, other] of [
      // What invokes turns to the new alias before the old one goes.
      ["aws_lambda_alias.authorizer[0] (destroy)", "aws_apigatewayv2_authorizer.request"],
      ["aws_lambda_alias.authorizer[0] (destroy)", "aws_lambda_permission.authorizer"],
      ["aws_lambda_alias.pusher[0] (destroy)", "aws_sns_topic_subscription.notifications"],
      ["aws_lambda_function.authorizer[0] (destroy)", "aws_lambda_alias.authorizer[0]"],
    ] as const) {
      expect([step, other, graph.waits(PREFIX + step, PREFIX + other)]).toEqual([step, other, true]);
    }
    await workspace.apply();
    await workspace.expectNoChange();
  });
});
