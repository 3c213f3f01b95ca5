import { textOf } from "../query-api";
import { type CreateResource, NOT_NEEDED_LOCALLY } from "./creation";

/** `aws_iam_policy`: a policy that several roles can use. */
export const createIamPolicy: CreateResource = async (args, { query }) => {
  const PolicyName = args.text("name");
  const PolicyDocument = args.text("policy");
  args.leaveOut(NOT_NEEDED_LOCALLY, "tags", "tags_all", "description");
  args.finish();

  const arn = textOf(await query("iam", "CreatePolicy", { PolicyName, PolicyDocument }), "Arn") ?? "";
  return {
    attributes: { id: arn, name: PolicyName, arn },
    remove: () => query("iam", "DeletePolicy", { PolicyArn: arn }),
  };
};
