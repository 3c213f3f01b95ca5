import { randomBytes } from "node:crypto";
import { AddPermissionCommand } from "@aws-sdk/client-lambda";
import type { CreateResource } from "./creation";

/**
 * `aws_lambda_permission`: which service may invoke a function, and for which source. The emulator deletes it with its
 * function.
 */
export const createLambdaPermission: CreateResource = async (args, { lambda }) => {
  const prefix = args.optionalText("statement_id_prefix") ?? "";
  const request = {
    StatementId: args.optionalText("statement_id") ?? `${prefix}${randomBytes(8).toString("hex")}`,
    Action: args.text("action"),
    FunctionName: args.text("function_name"),
    Qualifier: args.optionalText("qualifier"),
    Principal: args.text("principal"),
    SourceArn: args.optionalText("source_arn"),
    SourceAccount: args.optionalText("source_account"),
  };
  args.finish();

  await lambda.send(new AddPermissionCommand(request));
  return { attributes: { id: request.StatementId } };
};
