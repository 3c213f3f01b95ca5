import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { OPERATOR_RIGHTS, type OperatorCommand, operate, READING_COMMANDS } from "../../src/access/operator-rights";
import { COMMANDS } from "../../tool/src/commands/commands";
import { synthesizeSumu } from "../support/synthesize-sumu";

const ACCOUNT = { partition: "aws", region: "eu-west-1", accountId: "123456789012" };
const TABLE = "arn:aws:dynamodb:eu-west-1:123456789012:table/SumuConnections";
/** IAM's limit for the inline policies of a role, without white space. */
const INLINE_POLICIES_CHARACTERS = 10_240;

const all = Object.keys(OPERATOR_RIGHTS) as OperatorCommand[];

describe("the rights of the operator's tool", () => {
  it("are listed for each command, and those for reading are the default", () => {
    expect([...all].sort()).toEqual(Object.keys(COMMANDS).sort());
    expect(READING_COMMANDS).toEqual(all.filter((command) => !COMMANDS[command]?.writes));
  });

  it("name each resource, whatever the name of the connections table", () => {
    const { statements } = operate(ACCOUNT, "shop", TABLE, ["who", "notify"]);
    const arn = (service: string, rest: string) => `arn:aws:${service}:eu-west-1:123456789012:${rest}`;
    expect(statements).toEqual([
      {
        actions: ["lambda:GetFunctionConfiguration"],
        resources: [
          arn("lambda", "function:shop-sumu-pusher-codeless"),
          arn("lambda", "function:shop-sumu-pusher-released"),
          arn("lambda", "function:shop-sumu-pusher-codeless:latest"),
          arn("lambda", "function:shop-sumu-pusher-released:latest"),
        ],
      },
      { actions: ["dynamodb:Query", "dynamodb:Scan"], resources: [TABLE] },
      {
        actions: ["sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:SendMessage"],
        resources: [arn("sqs", "shop-sumu-integration-notifications")],
      },
    ]);
  });

  it("have no resource * but for the two actions that AWS gives no other", () => {
    const { statements } = operate(ACCOUNT, "shop", TABLE, all);
    expect(statements.filter(({ resources }) => resources.includes("*"))).toEqual([
      { actions: ["lambda:ListEventSourceMappings", "logs:DescribeLogGroups"], resources: ["*"] },
    ]);
  });

  it.each([
    ["connect", ["kms:Decrypt"], ["lambda"]],
    ["token", ["kms:Decrypt", "kms:DescribeKey"], ["lambda", "dynamodb"]],
    ["dead-letters list", ["kms:Decrypt"], ["sqs"]],
    ["notify", ["kms:Decrypt", "kms:GenerateDataKey"], ["sqs"]],
  ] as const)("use the key of the data in %s as the services do for the caller", (command, actions, via) => {
    expect(operate(ACCOUNT, "shop", TABLE, [command]).keyUse).toEqual({ actions, via });
  });

  it("fit into the policies of one role, all together", () => {
    const { statements } = operate(ACCOUNT, "a-prefix-of-thirty-characters", TABLE, all);
    const Statement = statements.map(({ actions, resources }) => ({
      Effect: "Allow",
      Action: actions,
      Resource: resources,
    }));
    const text = JSON.stringify({ Version: "2012-10-17", Statement });
    expect(text.length).toBeLessThan(INLINE_POLICIES_CHARACTERS);
  });

  it("are granted to a role by a document of its own", () => {
    const role = (scope: ConstructorParameters<typeof IamRole>[0]) =>
      new IamRole(scope, "on_call", { assumeRolePolicy: "{}" });
    const stack = synthesizeSumu({}, (sumu, scope) => {
      const onCall = role(scope);
      sumu.grantOperate(onCall, ["disconnect"]);
      sumu.grantOperate(onCall, ["disconnect"]);
    });
    const documents = Object.entries(stack.data.aws_iam_policy_document ?? {});
    const granted = documents.filter(([name]) => name.includes("operate"));
    expect(granted.map(([, document]) => document.statement)).toEqual([
      [
        {
          actions: ["sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:SendMessage"],
          resources: [expect.stringMatching(/^arn:.*-sumu-integration-notifications$/)],
        },
      ],
    ]);
  });
});
