import { CreateAliasCommand } from "@aws-sdk/client-lambda";
import type { CreateResource } from "./creation";
import { invokeArn } from "./lambda-function";

/** `aws_lambda_alias`. The emulator deletes it with its function. */
export const createLambdaAlias: CreateResource = async (args, { lambda }) => {
  const request = {
    Name: args.text("name"),
    FunctionName: args.text("function_name"),
    FunctionVersion: args.text("function_version"),
    Description: args.optionalText("description"),
  };
  args.finish();

  const { AliasArn: arn = "" } = await lambda.send(new CreateAliasCommand(request));
  return { attributes: { id: arn, arn, invoke_arn: invokeArn(arn) } };
};
