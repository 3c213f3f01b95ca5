import type { AwsClients } from "../../../local/backend/aws";
import { textOf } from "../../../local/backend/query-api";
import { documentText, type PolicyDocument, type Statement } from "./policy-document";
import { isOfStack, shortName } from "./right";

/** The texts of all elements of a name. */
function textsOf(xml: string, element: string): string[] {
  return [...xml.matchAll(new RegExp(`<${element}>([^<]*)</${element}>`, "g"))].map(([, text = ""]) => text);
}

const statementsOf = (xml: string, element: string): readonly Statement[] =>
  JSON.parse(decodeURIComponent(textOf(xml, element) ?? "")).Statement;

/** What the roles of the stack may do. */
export async function rolePolicies(aws: AwsClients): Promise<PolicyDocument[]> {
  const roles = await roleNames(aws);
  const documents = roles.map(async (RoleName) => {
    const names = textsOf(await aws.query("iam", "ListRolePolicies", { RoleName }), "member");
    return names.map((PolicyName): PolicyDocument => {
      const target = { RoleName, PolicyName };
      return {
        where: `role ${shortName(RoleName)}${PolicyName.replace(/^sumu-?/, "/").replace(/^\/$/, "")}`,
        principal: RoleName,
        read: async () => statementsOf(await aws.query("iam", "GetRolePolicy", target), "PolicyDocument"),
        write: async (statements) => {
          // A policy without a statement is none.
          if (statements.length === 0) await aws.query("iam", "DeleteRolePolicy", target);
          else await aws.query("iam", "PutRolePolicy", { ...target, PolicyDocument: documentText(statements) });
        },
      };
    });
  });
  return (await Promise.all(documents)).flat();
}

/** Who may be the roles of the stack. */
export async function trustPolicies(aws: AwsClients): Promise<PolicyDocument[]> {
  return (await roleNames(aws)).map((RoleName) => ({
    where: `trust of ${shortName(RoleName)}`,
    resources: [`arn:aws:iam::000000000000:role/${RoleName}`],
    read: async () => statementsOf(await aws.query("iam", "GetRole", { RoleName }), "AssumeRolePolicyDocument"),
    write: async (statements) => {
      // A role must trust somebody.
      const nobody: Statement = {
        Effect: "Allow",
        Action: "sts:AssumeRole",
        Principal: { Service: "ec2.amazonaws.com" },
      };
      const PolicyDocument = documentText(statements.length === 0 ? [nobody] : statements);
      await aws.query("iam", "UpdateAssumeRolePolicy", { RoleName, PolicyDocument });
    },
  }));
}

async function roleNames(aws: AwsClients): Promise<string[]> {
  return textsOf(await aws.query("iam", "ListRoles"), "RoleName").filter(isOfStack);
}
