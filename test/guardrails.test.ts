import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { TerraformVariable, Token } from "cdktf";
import { AccessLogAccount } from "../src/global/access-log-account";
import { INPUTS } from "../src/inputs/inputs";
import type { SumuProps } from "../src/inputs/sumu-props";
import { Sumu } from "../src/sumu";
import { type Block, pathOf, type SynthesizedStack, synthesize } from "./support/synthesize";

const PROPS: SumuProps = {
  prefix: "shop",
  stageName: "live",
  issuerJwksUri: "https://issuer.example.com/jwks.json",
  s3Artifacts: { bucket: "shop-artifacts", arn: "arn:aws:s3:::shop-artifacts" },
  github: {
    owner: "shop",
    connectionArn: "arn:aws:codestar-connections:eu-west-1:123456789012:connection/0b1c2d3e",
  },
};
const BOUNDARY = "arn:aws:iam::123456789012:policy/boundary";
const VPC = { subnetIds: ["subnet-01234567", "subnet-89abcdef"], securityGroupIds: ["sg-01234567"] };
const HANDLERS = ["authorizer/authorizer", "presence/presence", "pusher/pusher"];

function sumu(props: Partial<SumuProps> = {}): SynthesizedStack {
  return synthesize((stack) => {
    new Sumu(stack, "sumu", { ...PROPS, ...props });
  });
}

const all = ({ resource }: SynthesizedStack, type: string) => Object.values(resource[type] ?? {});

/** What a stack says of network interfaces, and to which role, by the path of the policy below the Sumu. */
function vpcPolicies({ data, resource }: SynthesizedStack): unknown {
  const documents = Object.entries(data.aws_iam_policy_document ?? {}).filter(([name]) => name.includes("_vpc_"));
  return documents.map(([name, document]) => {
    const policy = Object.values(resource.aws_iam_role_policy ?? {}).find((block) =>
      String(block.policy).includes(name),
    );
    const statements = document.statement as Block[];
    return [
      pathOf(document).replace(/^app\/sumu\/|\/vpc_policy_document$/g, ""),
      String(policy?.role).replace(/_[0-9A-F]{8}/, ""),
      statements.map(({ effect = "Allow", actions, resources }) => [effect, (actions as string[]).length, resources]),
      JSON.stringify(statements[2]?.condition).replace(/\$\{local\.sumu_account_(\w+?)_[0-9A-F]{8}\}/g, "<$1>"),
    ];
  });
}

describe("the guardrails of an organization", () => {
  it("leave no trace when they are not set", () => {
    const stack = sumu();
    expect(all(stack, "aws_iam_role").filter((role) => "permissions_boundary" in role)).toEqual([]);
    expect(all(stack, "aws_lambda_function").filter((block) => "vpc_config" in block || "dynamic" in block)).toEqual(
      [],
    );
    expect(vpcPolicies(stack)).toEqual([]);
  });

  it("bound every role, those of the pipelines and of API Gateway's log too", () => {
    const roles = all(sumu({ permissionsBoundary: BOUNDARY }), "aws_iam_role");
    expect(roles.map((role) => [role.name, role.permissions_boundary]).sort()).toEqual(
      [
        "shop-sumu",
        "shop-sumu-build-authorizer",
        "shop-sumu-build-pusher",
        "shop-sumu-release-authorizer",
        "shop-sumu-release-pusher",
        "shop-sumu-run-authorizer",
        "shop-sumu-run-presence",
        "shop-sumu-run-pusher",
      ].map((name) => [name, BOUNDARY]),
    );
    const account = synthesize((stack) => {
      new AccessLogAccount(stack, "logs", { prefix: "shop", permissionsBoundary: BOUNDARY });
    });
    expect(all(account, "aws_iam_role").map((role) => role.permissions_boundary)).toEqual([BOUNDARY]);
  });

  it("leave a role the boundary that transform gave it", () => {
    const own = "arn:aws:iam::123456789012:policy/own";
    const stack = sumu({
      permissionsBoundary: BOUNDARY,
      transform: (element, path) => {
        if (element instanceof IamRole && path === "gateway/gateway/role") element.permissionsBoundary = own;
      },
    });
    const boundaries = all(stack, "aws_iam_role").map((role) => role.permissions_boundary);
    expect(boundaries.filter((boundary) => boundary === own)).toHaveLength(1);
    expect(boundaries.filter((boundary) => boundary === BOUNDARY)).toHaveLength(7);
  });

  it("put each function into the VPC, and let Lambda, but not the function, make its network interfaces", () => {
    const stack = sumu({ vpcConfig: VPC });
    const placed = { subnet_ids: VPC.subnetIds, security_group_ids: VPC.securityGroupIds };
    const functions = all(stack, "aws_lambda_function");
    expect(functions.map(({ vpc_config }) => vpc_config)).toEqual([placed, placed, placed]);
    for (const { depends_on } of functions) expect(String(depends_on)).toContain("_vpc_role_policy_");
    const lambda = "arn:<partition>:lambda:<region>:<account_id>:function:shop-sumu-";
    const names = { authorizer: ["authorizer-released"], presence: ["presence"], pusher: ["pusher-released"] };
    const conditions = (handler: keyof typeof names) =>
      JSON.stringify([
        {
          test: "ArnEquals",
          values: [
            ...(handler === "presence" ? [] : [`${lambda}${handler}-codeless`]),
            ...names[handler].map((name) => `${lambda}${name}`),
          ],
          variable: "lambda:SourceFunctionArn",
        },
      ]);
    expect(vpcPolicies(stack)).toEqual(
      HANDLERS.map((path) => [
        path,
        `\${aws_iam_role.sumu_${path.split("/")[0]}_execution_role.id}`,
        [
          ["Allow", 4, [expect.stringMatching(/^arn:\$\{local\..+\}:ec2:\$\{local\..+\}:\*:\*\/\*$/)]],
          ["Allow", 2, ["*"]],
          ["Deny", 6, ["*"]],
        ],
        conditions(path.split("/")[0] as keyof typeof names),
      ]),
    );
  });

  it("take subnets that only Terraform knows, one by one or as a list", () => {
    const { resource } = synthesize((stack) => {
      const list = new TerraformVariable(stack, "subnets", { type: "list(string)" });
      const group = new TerraformVariable(stack, "group", { type: "string" });
      new Sumu(stack, "sumu", {
        ...PROPS,
        vpcConfig: { subnetIds: list.listValue, securityGroupIds: [group.stringValue] },
      });
    });
    expect(Object.values(resource.aws_lambda_function ?? {})[0]?.vpc_config).toEqual({
      subnet_ids: "${var.subnets}",
      security_group_ids: ["${var.group}"],
    });
  });

  it("reject what AWS would refuse, also beside something that only Terraform knows", () => {
    const { message } = INPUTS.vpcConfig.rule;
    const unknown = Token.asString({ resolve: () => "" });
    for (const vpcConfig of [
      { ...VPC, subnetIds: [] },
      { ...VPC, subnetIds: [unknown, "vpc-01234567"] },
      { ...VPC, securityGroupIds: ["default"] },
    ]) {
      expect(() => sumu({ vpcConfig })).toThrow(message);
    }
    expect(() => sumu({ permissionsBoundary: "boundary" })).toThrow(INPUTS.permissionsBoundary.rule.message);
  });
});
