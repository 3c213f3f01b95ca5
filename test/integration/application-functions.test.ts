import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { LambdaAlias } from "@cdktf/provider-aws/lib/lambda-alias";
import { LambdaFunction } from "@cdktf/provider-aws/lib/lambda-function";
import type { TerraformStack } from "cdktf";
import { MESSAGE_SOURCES } from "../../src/contract/messages";
import { batchSizeRule, maximumConcurrencyRule } from "../../src/inputs/consumer-rules";
import type { FunctionConsumerOptions } from "../../src/integration/function-consumer";
import type { Sumu } from "../../src/sumu";
import { type Block, only, pathOf, type SynthesizedStack } from "../support/synthesize";
import { synthesizeSumu } from "../support/synthesize-sumu";

interface Application {
  readonly sumu: Sumu;
  readonly stack: TerraformStack;
  readonly role: IamRole;
  readonly function: LambdaFunction;
}

/** A SUMU beside a function of the application's. */
function application(connect: (application: Application) => void): SynthesizedStack {
  return synthesizeSumu({}, (sumu, stack) => {
    const role = new IamRole(stack, "worker_role", { assumeRolePolicy: "{}" });
    const worker = new LambdaFunction(stack, "worker", { functionName: "worker", role: role.arn });
    connect({ sumu, stack, role, function: worker });
  });
}

const readable = (value: unknown) => String(value).replace(/_[0-9A-F]{8}(?=[.}])/g, "");
const ofWorker = (block: Block) => pathOf(block).includes("/messages_");

describe("invokeFromMessagesTopic", () => {
  it("subscribes a function and lets the topic, and only it, invoke it", () => {
    const { resource } = application(({ sumu, function: worker }) => sumu.invokeFromMessagesTopic(worker));
    const topic = "${aws_sns_topic.sumu_integration_messages_topic.arn}";
    const { topic_arn, depends_on, ...subscription } = only(resource.aws_sns_topic_subscription, ofWorker);
    expect(readable(topic_arn)).toBe(topic);
    expect(subscription).toEqual({ endpoint: "${aws_lambda_function.worker.arn}", protocol: "lambda" });
    const { source_arn, ...permission } = only(resource.aws_lambda_permission, ofWorker);
    expect(readable(source_arn)).toBe(topic);
    expect(permission).toEqual({
      action: "lambda:InvokeFunction",
      function_name: "${aws_lambda_function.worker.function_name}",
      principal: "sns.amazonaws.com",
      source_account: expect.stringMatching(/^\$\{local\.sumu_account_account_id_\w{8}\}$/),
    });
    expect(depends_on).toEqual([expect.stringMatching(/^aws_lambda_permission\./)]);
  });

  it("subscribes an alias, to messages from given sources", () => {
    const { resource } = application(({ sumu, stack, function: worker }) => {
      const functionName = worker.functionName;
      const live = new LambdaAlias(stack, "live", { name: "live", functionName, functionVersion: "7" });
      sumu.invokeFromMessagesTopic(live, { sources: [MESSAGE_SOURCES.presence] });
    });
    expect(only(resource.aws_sns_topic_subscription, ofWorker)).toMatchObject({
      endpoint: "${aws_lambda_alias.live.arn}",
      filter_policy: '${jsonencode({"source" = ["lambda.presence.watchdog"]})}',
    });
    expect(only(resource.aws_lambda_permission, ofWorker)).toMatchObject({
      function_name: "${aws_lambda_alias.live.function_name}",
      qualifier: "${aws_lambda_alias.live.name}",
    });
  });
});

describe("invokeFromMessagesQueue", () => {
  const consuming = (options?: FunctionConsumerOptions) =>
    application(({ sumu, role, function: worker }) => {
      sumu.invokeFromMessagesQueue(worker, role, options);
    }).resource;

  it("maps the queue to the function in batches of ten, once its role may take from it", () => {
    const resource = consuming();
    const { event_source_arn, depends_on, ...mapping } = only(resource.aws_lambda_event_source_mapping, ofWorker);
    expect(readable(event_source_arn)).toBe("${aws_sqs_queue.sumu_integration_messages_queue.arn}");
    expect(mapping).toEqual({
      function_name: "${aws_lambda_function.worker.arn}",
      batch_size: 10,
      function_response_types: ["ReportBatchItemFailures"],
      tags: { stack: "sumu" },
    });
    const [address] = Object.entries(resource.aws_iam_role_policy ?? {}).find(
      ([, { role }]) => role === "${aws_iam_role.worker_role.id}",
    ) ?? [""];
    expect(depends_on).toEqual([`aws_iam_role_policy.${address}`]);
  });

  it("takes the bounds that are given", () => {
    expect(
      only(consuming({ batchSize: 1, maximumConcurrency: 2 }).aws_lambda_event_source_mapping, ofWorker),
    ).toMatchObject({ batch_size: 1, scaling_config: { maximum_concurrency: 2 } });
  });

  it.each([
    [{ batchSize: 0 }, batchSizeRule.message],
    [{ batchSize: 11 }, batchSizeRule.message],
    [{ maximumConcurrency: 1 }, maximumConcurrencyRule.message],
    [{ maximumConcurrency: 1_001 }, maximumConcurrencyRule.message],
  ])("rejects %j", (options, message) => {
    expect(() => consuming(options)).toThrow(new RangeError(message));
  });
});
