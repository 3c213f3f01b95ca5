import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { TerraformVariable } from "cdktf";
import { functionVariables as variables } from "../support/function-variables";
import { synthesizeSumu } from "../support/synthesize-sumu";

describe("history", () => {
  it("leaves no trace when history_seconds is not set, or 0", () => {
    const without = synthesizeSumu({});
    const names = Object.values(without.resource).flatMap((named) => Object.keys(named));
    expect(names.filter((name) => /history|control|recover/.test(name))).toEqual([]);
    expect(variables(without, "pusher")).not.toHaveProperty("HISTORY_TABLE_NAME");
    expect(synthesizeSumu({ historySeconds: 0 })).toEqual(without);
  });

  it("is a table that the pusher writes", () => {
    const stack = synthesizeSumu({ historySeconds: 3_600 });
    const tables = Object.values(stack.resource.aws_dynamodb_table ?? {});
    expect(tables.filter(({ name }) => name === "shop-sumu-history")).toMatchObject([
      {
        billing_mode: "PAY_PER_REQUEST",
        hash_key: "stream",
        range_key: "cursor",
        ttl: { attribute_name: "delete_at", enabled: true },
        point_in_time_recovery: { enabled: false },
      },
    ]);
    expect(variables(stack, "pusher")).toMatchObject({
      HISTORY_TABLE_NAME: expect.stringMatching(/^\$\{aws_dynamodb_table\.\w*history\w*\.name\}$/),
      HISTORY_SECONDS: "3600",
    });
    expect(JSON.stringify(variables(stack, "authorizer"))).not.toMatch(/HISTORY/);
  });

  it("is decided in Terraform if history_seconds is a variable", () => {
    const stack = synthesizeSumu((scope) => ({
      historySeconds: new TerraformVariable(scope, "kept", { type: "number" }).numberValue,
    }));
    const tables = Object.values(stack.resource.aws_dynamodb_table ?? {});
    expect(tables.filter(({ name }) => name === "shop-sumu-history")).toMatchObject([
      { count: "${(var.kept >= 1) ? 1 : 0}" },
    ]);
    expect(String(variables(stack, "pusher"))).toContain('(var.kept >= 1) ? {"HISTORY_SECONDS" = var.kept} : {}');
  });

  it("can be read by a role, where there is any", () => {
    const role = (scope: ConstructorParameters<typeof IamRole>[0]) =>
      new IamRole(scope, "support", { assumeRolePolicy: "{}" });
    const stack = synthesizeSumu({ historySeconds: 60 }, (sumu, scope) => sumu.grantReadHistory(role(scope)));
    const documents = Object.entries(stack.data.aws_iam_policy_document ?? {});
    const [granted] = documents.filter(([name]) => name.includes("read_history"));
    expect(granted?.[1].statement).toMatchObject([{ actions: ["dynamodb:Query"] }]);
    expect(() => synthesizeSumu({}, (sumu, scope) => sumu.grantReadHistory(role(scope)))).toThrow(
      "There is no history to read: historySeconds is 0.",
    );
  });
});
