import { planText } from "../support/plan-text";
import { describeWithTerraform } from "../support/terraform";
import { TerraformWorkspace } from "../support/terraform-workspace";

jest.setTimeout(300_000);

describeWithTerraform("examples/hcl/two-modules", () => {
  let workspace: TerraformWorkspace;
  afterEach(() => workspace.remove());

  it("plans, applies, stays and goes: SUMU with pipelines, and its API under live.kodhive.com", async () => {
    workspace = new TerraformWorkspace("examples/hcl/two-modules");
    await workspace.init();
    const plan = await workspace.plan();
    expect(planText(plan)).toMatchSnapshot();
    await workspace.apply();
    await workspace.expectNoChange();
    const { dist } = workspace.outputs;
    const target = { domain_name: "offline-target_domain_name", zone_id: "offline-hosted_zone_id" };
    expect(dist).toEqual({ stateless: target, statefull: target });
    await workspace.destroy();
    expect(workspace.state.resources).toEqual([]);
  });
});
