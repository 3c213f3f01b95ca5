import { readFile } from "node:fs/promises";
import {
  type ApplicationLogLevel,
  type Architecture,
  CreateFunctionCommand,
  DeleteFunctionCommand,
  type LogFormat,
  PublishVersionCommand,
  type Runtime,
  type SystemLogLevel,
  waitUntilFunctionActiveV2,
} from "@aws-sdk/client-lambda";
import { type CreateResource, ENCRYPTION_IS_AWS, NOT_NEEDED_LOCALLY } from "./creation";

/** `aws_lambda_function`, from the same zip that would be deployed. With `publish`, also a version of it. */
export const createLambdaFunction: CreateResource = async (args, { lambda }) => {
  const name = args.text("function_name");
  const isPublished = args.optionalBool("publish") ?? false;
  const architectures = args.texts("architectures") as Architecture[];
  const logging = args.block("logging_config");
  const request = {
    FunctionName: name,
    Role: args.text("role"),
    Runtime: args.text("runtime") as Runtime,
    Handler: args.text("handler"),
    MemorySize: args.optionalNumber("memory_size"),
    Timeout: args.optionalNumber("timeout"),
    Description: args.optionalText("description"),
    Architectures: architectures.length > 0 ? architectures : undefined,
    LoggingConfig: logging && {
      LogFormat: logging.optionalText("log_format") as LogFormat | undefined,
      LogGroup: logging.optionalText("log_group"),
      ApplicationLogLevel: logging.optionalText("application_log_level") as ApplicationLogLevel | undefined,
      SystemLogLevel: logging.optionalText("system_log_level") as SystemLogLevel | undefined,
    },
    Environment: { Variables: args.block("environment")?.textMap("variables") ?? {} },
    Code: { ZipFile: await readFile(args.text("filename")) },
  };
  args.leaveOut("the zip is read at its path", "source_code_hash");
  args.leaveOut("the emulator has one network", "vpc_config");
  args.leaveOut("the emulator traces nothing", "tracing_config");
  args.leaveOut("the emulator's async retries end in no dead-letter queue", "dead_letter_config");
  args.leaveOut("a local machine limits concurrency by itself", "reserved_concurrent_executions");
  args.leaveOut(NOT_NEEDED_LOCALLY, "tags", "tags_all", "ephemeral_storage");
  args.leaveOut(ENCRYPTION_IS_AWS, "kms_key_arn");
  args.finish();

  const { FunctionArn: arn = "" } = await lambda.send(new CreateFunctionCommand(request));
  await waitUntilFunctionActiveV2(
    { client: lambda, maxWaitTime: 10, minDelay: 0.05, maxDelay: 0.2 },
    { FunctionName: name },
  );
  const version = isPublished
    ? ((await lambda.send(new PublishVersionCommand({ FunctionName: name }))).Version ?? "1")
    : "$LATEST";
  return {
    attributes: {
      id: name,
      arn,
      version,
      qualified_arn: `${arn}:${version}`,
      invoke_arn: invokeArn(arn),
      qualified_invoke_arn: invokeArn(`${arn}:${version}`),
    },
    remove: () => lambda.send(new DeleteFunctionCommand({ FunctionName: name })),
  };
};

/** The ARN with which API Gateway invokes a function. */
export function invokeArn(functionArn: string): string {
  const [, partition = "aws", , region = ""] = functionArn.split(":");
  return `arn:${partition}:apigateway:${region}:lambda:path/2015-03-31/functions/${functionArn}/invocations`;
}
