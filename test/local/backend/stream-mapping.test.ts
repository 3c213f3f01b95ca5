import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { PutItemCommand } from "@aws-sdk/client-dynamodb";
import { ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import { type AwsClients, createAwsClients } from "../../../local/backend/aws";
import type { AwsBackend } from "../../../local/backend/ministack";
import { provision } from "../../../local/backend/provision";
import { until } from "../../e2e/until";
import { describeWithLocalAws, INSTALL_TIMEOUT_MILLISECONDS, startLocalAws } from "../../support/local-aws";

jest.setTimeout(60_000);

/** Logs the ids of each batch. The id says what becomes of the record. */
const HANDLER = `
export const handler = async ({ Records }) => {
  const ids = Records.map(({ dynamodb }) => dynamodb.Keys.id.S);
  console.log("BATCH " + JSON.stringify(ids));
  if (ids.some((id) => id.startsWith("crash"))) throw new Error("crash");
  const failed = Records.filter(({ dynamodb }) => dynamodb.Keys.id.S.startsWith("poison"));
  return { batchItemFailures: failed.map(({ dynamodb }) => ({ itemIdentifier: dynamodb.SequenceNumber })) };
};`;

const statement = (Action: readonly string[], Resource: string): object => ({ Effect: "Allow", Action, Resource });

const STACK = {
  data: {
    archive_file: {
      handler: { type: "zip", source_file: "${path.module}/index.mjs", output_path: "${path.module}/handler.zip" },
    },
  },
  resource: {
    aws_iam_role: {
      handler: {
        name: "handler",
        assume_role_policy: JSON.stringify({
          Version: "2012-10-17",
          Statement: [{ Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" }],
        }),
      },
    },
    aws_iam_role_policy: {
      handler: {
        role: "${aws_iam_role.handler.name}",
        name: "all",
        policy: JSON.stringify({
          Version: "2012-10-17",
          Statement: [
            statement(["dynamodb:DescribeStream", "dynamodb:GetShardIterator", "dynamodb:GetRecords"], "*"),
            statement(["logs:CreateLogStream", "logs:PutLogEvents"], "*"),
            statement(["sqs:SendMessage"], "${aws_sqs_queue.dlq.arn}"),
          ],
        }),
      },
    },
    aws_dynamodb_table: {
      rows: {
        name: "rows",
        hash_key: "id",
        attribute: [{ name: "id", type: "S" }],
        stream_enabled: true,
        stream_view_type: "KEYS_ONLY",
      },
    },
    aws_sqs_queue: { dlq: { name: "dlq" } },
    aws_cloudwatch_log_group: { handler: { name: "/aws/lambda/handler" } },
    aws_lambda_function: {
      handler: {
        depends_on: ["aws_iam_role_policy.handler", "aws_cloudwatch_log_group.handler"],
        function_name: "handler",
        role: "${aws_iam_role.handler.arn}",
        runtime: "nodejs24.x",
        handler: "index.handler",
        filename: "${data.archive_file.handler.output_path}",
      },
    },
    aws_lambda_event_source_mapping: {
      rows: {
        event_source_arn: "${aws_dynamodb_table.rows.stream_arn}",
        function_name: "${aws_lambda_function.handler.arn}",
        starting_position: "TRIM_HORIZON",
        batch_size: 10,
        bisect_batch_on_function_error: true,
        maximum_retry_attempts: 1,
        function_response_types: ["ReportBatchItemFailures"],
        destination_config: { on_failure: { destination_arn: "${aws_sqs_queue.dlq.arn}" } },
      },
    },
  },
};

describeWithLocalAws("the mapping of a stream", () => {
  let backend: AwsBackend;
  let aws: AwsClients;
  let folder: string;
  let queueUrl: string;
  beforeAll(async () => {
    backend = await startLocalAws({ enforces: true });
    aws = createAwsClients(backend);
    folder = await mkdtemp(path.join(tmpdir(), "sumu-test-"));
    await writeFile(path.join(folder, "index.mjs"), HANDLER);
    const place = { region: "us-east-1", accountId: "000000000000", apiId: "local" };
    const stack = await provision({
      json: STACK,
      stackFolder: folder,
      variables: {},
      place,
      aws,
      temporaryFolder: folder,
    });
    queueUrl = String((stack.state as never as { aws_sqs_queue: { dlq: { url: string } } }).aws_sqs_queue.dlq.url);
  }, INSTALL_TIMEOUT_MILLISECONDS);
  afterAll(async () => {
    aws?.destroy();
    await backend?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const put = async (...ids: readonly string[]): Promise<void> => {
    for (const id of ids) await aws.dynamodb.send(new PutItemCommand({ TableName: "rows", Item: { id: { S: id } } }));
  };
  const batches = async (): Promise<readonly string[][]> => {
    const request = new FilterLogEventsCommand({ logGroupName: "/aws/lambda/handler" });
    const { events = [] } = await aws.logs.send(request);
    return events.flatMap(({ message = "" }) => {
      const found = /BATCH (\[.*\])/.exec(message)?.[1];
      return found === undefined ? [] : [JSON.parse(found) as string[]];
    });
  };
  const failure = async (): Promise<Record<string, never>> =>
    until("the failure record", async () => {
      const { Messages: [message] = [] } = await aws.sqs.send(new ReceiveMessageCommand({ QueueUrl: queueUrl }));
      return message?.Body === undefined ? undefined : JSON.parse(message.Body);
    });
  const settled = (id: string): Promise<true> =>
    until(`${id} in a batch of its own`, async () => (await batches()).some((ids) => ids.includes(id)));

  it.each([
    ["a poison record that the handler names", "poison", null],
    ["a record at which the handler crashes", "crash", "Unhandled"],
  ])("gives up %s after its retries, settles the others, and goes on", async (_what, kind, functionError) => {
    await put(`good-before-${kind}`, kind, `good-after-${kind}`);
    expect(await failure()).toMatchObject({
      requestContext: {
        condition: "RetryAttemptsExhausted",
        functionArn: "arn:aws:lambda:us-east-1:000000000000:function:handler",
        approximateInvokeCount: expect.any(Number),
      },
      responseContext: { statusCode: 200, functionError },
      version: "1.0",
      DDBStreamBatchInfo: { batchSize: 1, streamArn: expect.stringContaining("table/rows/stream") },
    });
    await settled(`good-after-${kind}`);
    await put(`later-${kind}`);
    await settled(`later-${kind}`);
  });
});
