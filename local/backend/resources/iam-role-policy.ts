import type { CreateResource } from "./creation";

/** `aws_iam_role_policy`: the rights of a role. */
export const createIamRolePolicy: CreateResource = async (args, { query }) => {
  const target = { RoleName: args.text("role"), PolicyName: args.text("name") };
  const PolicyDocument = args.text("policy");
  args.finish();

  await query("iam", "PutRolePolicy", { ...target, PolicyDocument });
  return {
    attributes: { id: `${target.RoleName}:${target.PolicyName}`, name: target.PolicyName },
    remove: () => query("iam", "DeleteRolePolicy", target),
  };
};
