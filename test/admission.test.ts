import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { TerraformVariable, Token } from "cdktf";
import { functionVariables as variables } from "./support/function-variables";
import { synthesizeSumu } from "./support/synthesize-sumu";

const NEW_NAMES = /END_CONNECTIONS_WITH_TOKEN|ALLOWED_ORIGINS|REVOCATIONS_TABLE_NAME/;

describe("the inputs that end and refuse connections", () => {
  it.each([{}, { endConnectionsWithToken: false, revocations: false, allowedOrigins: [] }])(
    "leave no trace when they are not set, or off: %j",
    (props) => {
      const stack = synthesizeSumu(props);
      const text = JSON.stringify([stack.resource, stack.data]);
      expect(text).not.toMatch(NEW_NAMES);
      expect(text).not.toContain("revocations");
    },
  );

  it("reach the handlers that read them", () => {
    const stack = synthesizeSumu({
      endConnectionsWithToken: true,
      revocations: true,
      allowedOrigins: ["https://shop.example", "http://localhost:3000"],
    });
    const table = expect.stringMatching(/^\$\{aws_dynamodb_table\.\w*revocations\w*\.name\}$/);
    expect(variables(stack, "authorizer")).toMatchObject({
      END_CONNECTIONS_WITH_TOKEN: "true",
      ALLOWED_ORIGINS: "https://shop.example,http://localhost:3000",
      REVOCATIONS_TABLE_NAME: table,
    });
    expect(variables(stack, "pusher")).toMatchObject({ REVOCATIONS_TABLE_NAME: table });
    expect(JSON.stringify(variables(stack, "pusher"))).not.toMatch(/END_CONNECTIONS|ALLOWED_ORIGINS/);
  });

  it("are decided in Terraform where they are variables", () => {
    const stack = synthesizeSumu((scope) => ({
      endConnectionsWithToken: new TerraformVariable(scope, "ends", { type: "bool" }).booleanValue,
      revocations: new TerraformVariable(scope, "revokes", { type: "bool" }).booleanValue,
      allowedOrigins: Token.asList(new TerraformVariable(scope, "origins", { type: "list(string)" }).listValue),
    }));
    const environment = String(variables(stack, "authorizer"));
    expect(environment).toContain('var.ends ? {"END_CONNECTIONS_WITH_TOKEN" = "true"} : {}');
    expect(environment).toContain('(length(var.origins) >= 1) ? {"ALLOWED_ORIGINS" = join(",", var.origins)} : {}');
    expect(environment).toMatch(
      /var\.revokes \? \{"REVOCATIONS_TABLE_NAME" = aws_dynamodb_table\.\w+\[0\]\.name\} : \{\}/,
    );
    const tables = Object.values(stack.resource.aws_dynamodb_table ?? {});
    expect(tables.filter(({ name }) => name === "shop-sumu-revocations")).toMatchObject([
      { count: "${var.revokes ? 1 : 0}", hash_key: "user_id", ttl: { attribute_name: "delete_at", enabled: true } },
    ]);
  });

  it("let a role read revocations, where there are any", () => {
    const role = (scope: ConstructorParameters<typeof IamRole>[0]) =>
      new IamRole(scope, "support", { assumeRolePolicy: "{}" });
    const stack = synthesizeSumu({ revocations: true }, (sumu, scope) => sumu.grantReadRevocations(role(scope)));
    const documents = Object.entries(stack.data.aws_iam_policy_document ?? {});
    const [granted] = documents.filter(([name]) => name.includes("read_revocations"));
    expect(granted?.[1].statement).toMatchObject([{ actions: ["dynamodb:GetItem", "dynamodb:Scan"] }]);
    expect(() => synthesizeSumu({}, (sumu, scope) => sumu.grantReadRevocations(role(scope)))).toThrow(
      "There is no table of revocations to read: revocations is false.",
    );
  });
});
