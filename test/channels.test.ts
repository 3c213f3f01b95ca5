import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { TerraformVariable } from "cdktf";
import { only, type SynthesizedStack } from "./support/synthesize";
import { synthesizeSumu } from "./support/synthesize-sumu";

const CHANNELS = { public: ["public:*"], subscribeClaim: "subscribe", postClaim: "post" };

function environmentOf({ resource }: SynthesizedStack, name: string): unknown {
  const { environment } = only(resource.aws_lambda_function, ({ function_name }) => function_name === name);
  return (environment as { variables: unknown }).variables;
}

const tableOf = ({ resource }: SynthesizedStack) =>
  only(resource.aws_dynamodb_table, ({ name }) => name === "shop-sumu-subscriptions");

describe("channels", () => {
  it("leave no trace when they are not given", () => {
    const { resource, data } = synthesizeSumu();
    expect(JSON.stringify([resource, data])).not.toMatch(/sumu-subscriptions|by_connection|CHANNELS_/);
  });

  it("have a table of subscriptions, with an index by connection", () => {
    expect(tableOf(synthesizeSumu({ channels: CHANNELS, deletionProtection: true }))).toMatchObject({
      billing_mode: "PAY_PER_REQUEST",
      hash_key: "channel",
      range_key: "connection_id",
      attribute: [
        { name: "channel", type: "S" },
        { name: "connection_id", type: "S" },
      ],
      global_secondary_index: [
        {
          name: "by_connection",
          hash_key: "connection_id",
          range_key: "channel",
          projection_type: "INCLUDE",
          non_key_attributes: ["unsubscribed"],
        },
      ],
      ttl: { attribute_name: "delete_at", enabled: true },
      deletion_protection_enabled: true,
    });
  });

  it("tell the authorizer the claims", () => {
    const both = synthesizeSumu({ channels: CHANNELS });
    expect(environmentOf(both, "shop-sumu-authorizer-codeless")).toMatchObject({
      CHANNELS_SUBSCRIBE_CLAIM: "subscribe",
      CHANNELS_POST_CLAIM: "post",
    });
    const none = synthesizeSumu({ channels: { public: ["*"] } });
    expect(JSON.stringify(environmentOf(none, "shop-sumu-authorizer-codeless"))).not.toContain("CHANNELS_");
  });

  it("are decided in Terraform where they are a variable", () => {
    const stack = synthesizeSumu((scope) => ({
      channels: new TerraformVariable(scope, "given", { type: "any" }).value,
    }));
    expect(tableOf(stack)).toMatchObject({ count: "${(var.given != null) ? 1 : 0}" });
    const environment = String(environmentOf(stack, "shop-sumu-authorizer-codeless"));
    for (const claim of ["subscribe", "post"]) {
      const field = `var.given.${claim}_claim`;
      expect(environment).toContain(
        `can(length(${field})) ? {"CHANNELS_${claim.toUpperCase()}_CLAIM" = try(${field}, "")} : {}`,
      );
    }
  });

  it("are refused at synthesis when nobody could subscribe", () => {
    for (const channels of [{}, { public: [] }, { postClaim: "post" }]) {
      expect(() => synthesizeSumu({ channels })).toThrow(/^channels must be an object of public/);
    }
  });

  it("let a role read who is in which channel, where there are channels", () => {
    const role = (scope: ConstructorParameters<typeof IamRole>[0]) =>
      new IamRole(scope, "support", { assumeRolePolicy: "{}" });
    const stack = synthesizeSumu({ channels: CHANNELS }, (sumu, scope) => sumu.grantReadSubscriptions(role(scope)));
    const documents = Object.entries(stack.data.aws_iam_policy_document ?? {});
    const [granted] = documents.filter(([name]) => name.includes("read_subscriptions"));
    const table = expect.stringMatching(/^\$\{aws_dynamodb_table\.\w+\.arn\}$/);
    expect(granted?.[1].statement).toMatchObject([
      {
        actions: ["dynamodb:GetItem", "dynamodb:Query", "dynamodb:Scan"],
        resources: [table, expect.stringMatching(/^\$\{aws_dynamodb_table\.\w+\.arn\}\/index\/by_connection$/)],
      },
    ]);
    expect(() => synthesizeSumu({}, (sumu, scope) => sumu.grantReadSubscriptions(role(scope)))).toThrow(
      "There is no table of subscriptions to read: channels is not given.",
    );
  });
});
