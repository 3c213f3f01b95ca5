import { describeWithTerraform } from "../support/terraform";
import { changes, type Plan } from "../support/terraform-plan";
import { TerraformWorkspace } from "../support/terraform-workspace";

jest.setTimeout(600_000);

/** The arguments, by type, that a plan changes to a value that only the apply will know. */
function unknownArguments(plan: Plan): string[] {
  const found = changes(plan).flatMap(({ type, change: { after_unknown: unknown } }) =>
    Object.entries(unknown).flatMap(([argument, value]) => (isUnknown(value) ? [`${type}.${argument}`] : [])),
  );
  return [...new Set(found)].sort();
}

function isUnknown(value: unknown): boolean {
  return typeof value === "object" && value !== null ? Object.values(value).some(isUnknown) : value === true;
}

describeWithTerraform("modules that depend on something that changes", () => {
  let workspace: TerraformWorkspace;
  afterEach(() => workspace.remove());

  it("update in place when a tag comes: Terraform reads their data sources late, and replaces nothing", async () => {
    workspace = new TerraformWorkspace("test/terraform/fixtures/depends-on");
    await workspace.init();
    await workspace.applyAtOnce();

    const tagged = ["-var", 'common_tags={team="web",Stack="shop"}'];
    const plan = await workspace.plan(...tagged);
    expect(plan.resource_changes?.filter(({ mode }) => mode === "data").length).toBeGreaterThan(50);
    expect([...new Set(changes(plan).flatMap(({ change }) => change.actions))]).toEqual(["update"]);
    // Each of these is compared again once it is known, and is then what it was.
    expect(unknownArguments(plan)).toEqual([
      "aws_iam_role.assume_role_policy",
      "aws_iam_role_policy.policy",
      "aws_lambda_function.source_code_hash",
      "aws_sns_topic_policy.policy",
      "aws_sqs_queue_policy.policy",
    ]);
    // Ours would be a second one to IAM, which compares keys without case.
    const tags = changes(plan).map(({ change }) => change.after?.tags ?? null);
    expect([...new Set(tags.map((value) => JSON.stringify(value)))].sort()).toEqual([
      "null",
      '{"Stack":"shop","team":"web"}',
    ]);
    await workspace.apply();
    await workspace.expectNoChange(...tagged);
  });
});
