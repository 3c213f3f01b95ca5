import { textOf } from "../query-api";
import { type CreateResource, NOT_NEEDED_LOCALLY } from "./creation";

/** `aws_iam_role`: its name, who may assume it, and its boundary. */
export const createIamRole: CreateResource = async (args, { query }) => {
  const name = args.text("name");
  const request = {
    RoleName: name,
    AssumeRolePolicyDocument: args.text("assume_role_policy"),
    PermissionsBoundary: args.optionalText("permissions_boundary"),
    Path: args.optionalText("path"),
  };
  args.leaveOut(NOT_NEEDED_LOCALLY, "tags", "tags_all", "description", "max_session_duration");
  args.finish();

  const answer = await query("iam", "CreateRole", request);
  return {
    attributes: { id: name, name, arn: textOf(answer, "Arn") ?? null },
    remove: () => query("iam", "DeleteRole", { RoleName: name }),
  };
};
