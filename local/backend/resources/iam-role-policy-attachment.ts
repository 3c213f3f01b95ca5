import type { CreateResource } from "./creation";

/** `aws_iam_role_policy_attachment`. */
export const createIamRolePolicyAttachment: CreateResource = async (args, { query }) => {
  const attachment = { RoleName: args.text("role"), PolicyArn: args.text("policy_arn") };
  args.finish();

  await query("iam", "AttachRolePolicy", attachment);
  return {
    attributes: { id: `${attachment.RoleName}-${attachment.PolicyArn}` },
    remove: () => query("iam", "DetachRolePolicy", attachment),
  };
};
