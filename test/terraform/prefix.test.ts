import { describeWithTerraform } from "../support/terraform";
import { changes, type Plan } from "../support/terraform-plan";
import { TerraformWorkspace } from "../support/terraform-workspace";

jest.setTimeout(600_000);

const inputs = (prefix: string) =>
  [`prefix=${prefix}`, "stage_name=live", "issuer_jwks_uri=https://issuer.example.com/jwks.json"].flatMap((input) => [
    "-var",
    input,
  ]);

const ofType = (plan: Plan, type: string) =>
  changes(plan)
    .filter((change) => change.type === type)
    .map(({ address, change: { actions } }) => `${actions.join("/")} ${address}`);

describeWithTerraform("a change of prefix", () => {
  let workspace: TerraformWorkspace;
  afterEach(() => workspace?.remove());

  it("converges in one apply: the aliases go with their functions, and the next plan is empty", async () => {
    workspace = new TerraformWorkspace("modules/serverless");
    await workspace.init();
    await workspace.applyAtOnce(...inputs("shop"));

    const plan = await workspace.plan(...inputs("store"));
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
      expect([step, other, graph.waits(step, other)]).toEqual([step, other, true]);
    }
    await workspace.apply();
    await workspace.expectNoChange(...inputs("store"));
  });
});
