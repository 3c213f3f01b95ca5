import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { DescribeTableCommand, DescribeTimeToLiveCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { InvokeCommand, ListEventSourceMappingsCommand } from "@aws-sdk/client-lambda";
import { PublishCommand } from "@aws-sdk/client-sns";
import { GetQueueAttributesCommand, ReceiveMessageCommand, SendMessageCommand } from "@aws-sdk/client-sqs";
import { build } from "esbuild";
import { type AwsClients, createAwsClients } from "../../../local/backend/aws";
import type { AwsBackend } from "../../../local/backend/ministack";
import { type ProvisionedStack, provision } from "../../../local/backend/provision";
import type { ValueObject } from "../../../terraform-json/value";
import { describeWithLocalAws, INSTALL_TIMEOUT_MILLISECONDS, startLocalAws } from "../../support/local-aws";

const place = { region: "us-east-1", accountId: "000000000000", apiId: "local" };

/** Copies what invokes it to a queue, with the Node.js that it runs on; or writes to its log. */
const RELAY = `
import { Sha256 } from "@aws-crypto/sha256-js";
import { SignatureV4 } from "@smithy/signature-v4";
const env = process.env;
const endpoint = new URL(env.AWS_ENDPOINT_URL);
const credentials = { accessKeyId: env.AWS_ACCESS_KEY_ID, secretAccessKey: env.AWS_SECRET_ACCESS_KEY };
const signer = new SignatureV4({ credentials, region: env.AWS_REGION, service: "sqs", sha256: Sha256 });
const post = async (message) => {
  const body = JSON.stringify({ QueueUrl: env.TARGET_QUEUE_URL, MessageBody: JSON.stringify(message) });
  const headers = {
    host: endpoint.host,
    "x-amz-target": "AmazonSQS.SendMessage",
    "content-type": "application/x-amz-json-1.0",
  };
  const request = { method: "POST", protocol: "http:", hostname: endpoint.hostname, path: "/", headers, body };
  await fetch(endpoint, { method: "POST", headers: (await signer.sign(request)).headers, body });
};
export const handler = async (event) => {
  if ("log" in event) {
    process.stdout.write(event.log);
    if (event.ends) process.exit(1);
    return {};
  }
  const [record = {}] = event.Records ?? [];
  const node = process.versions.node.split(".")[0];
  await post({ node, source: record.eventSource ?? record.EventSource, keys: record.dynamodb?.Keys, text: record.body ?? record.Sns?.Message });
  return { node };
};`;

const LONG_LOG = Array.from({ length: 20_000 }, (_line, index) => `line ${index}\n`).join("");

const STACK = {
  variable: { prefix: { type: "string" } },
  data: {
    archive_file: {
      relay: { type: "zip", source_file: "${path.module}/index.mjs", output_path: "${path.module}/relay.zip" },
    },
  },
  resource: {
    aws_iam_role: {
      relay: {
        name: "${var.prefix}-relay",
        assume_role_policy: JSON.stringify({
          Version: "2012-10-17",
          Statement: [{ Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" }],
        }),
      },
    },
    aws_dynamodb_table: {
      rows: {
        name: "${var.prefix}-rows",
        billing_mode: "PAY_PER_REQUEST",
        hash_key: "id",
        attribute: [{ name: "id", type: "S" }],
        ttl: { attribute_name: "delete_at", enabled: true },
        stream_enabled: true,
        stream_view_type: "KEYS_ONLY",
      },
    },
    aws_sqs_queue: {
      in: {
        name: "${var.prefix}-in",
        visibility_timeout_seconds: 60,
        redrive_policy: "${jsonencode({deadLetterTargetArn = aws_sqs_queue.dlq.arn, maxReceiveCount = 5})}",
      },
      dlq: { name: "${var.prefix}-dlq", message_retention_seconds: 1209600 },
      out: { name: "${var.prefix}-out" },
    },
    aws_sns_topic: { in: { name: "${var.prefix}-in" } },
    aws_sns_topic_subscription: {
      relay: { topic_arn: "${aws_sns_topic.in.arn}", protocol: "lambda", endpoint: "${aws_lambda_alias.relay.arn}" },
    },
    aws_lambda_function: {
      relay: {
        function_name: "${var.prefix}-relay",
        filename: "${data.archive_file.relay.output_path}",
        source_code_hash: "${data.archive_file.relay.output_base64sha256}",
        handler: "index.handler",
        runtime: "nodejs24.x",
        role: "${aws_iam_role.relay.arn}",
        publish: true,
        timeout: 10,
        environment: { variables: { TARGET_QUEUE_URL: "${aws_sqs_queue.out.url}" } },
      },
    },
    aws_lambda_alias: {
      relay: {
        name: "latest",
        function_name: "${aws_lambda_function.relay.function_name}",
        function_version: "${aws_lambda_function.relay.version}",
      },
    },
    aws_lambda_event_source_mapping: {
      queue: {
        event_source_arn: "${aws_sqs_queue.in.arn}",
        function_name: "${aws_lambda_alias.relay.arn}",
        function_response_types: ["ReportBatchItemFailures"],
      },
      stream: {
        event_source_arn: "${aws_dynamodb_table.rows.stream_arn}",
        function_name: "${aws_lambda_alias.relay.arn}",
        starting_position: "LATEST",
      },
    },
  },
};

describeWithLocalAws("a stack in the emulator", () => {
  let backend: AwsBackend;
  let aws: AwsClients;
  let folder: string;
  let stack: ProvisionedStack;

  const provisionAs = (prefix: string, json: unknown = STACK): Promise<ProvisionedStack> =>
    provision({ json, stackFolder: folder, variables: { prefix }, place, aws, temporaryFolder: folder });
  const attribute = (type: string, name: string, key: string): string =>
    String(((stack.state[type] as ValueObject)[name] as ValueObject)[key]);
  const received = async (): Promise<unknown> => {
    const request = { QueueUrl: attribute("aws_sqs_queue", "out", "url"), WaitTimeSeconds: 10 };
    const { Messages: [message] = [] } = await aws.sqs.send(new ReceiveMessageCommand(request));
    return JSON.parse(message?.Body ?? "null");
  };

  beforeAll(async () => {
    backend = await startLocalAws();
    aws = createAwsClients(backend);
    folder = await mkdtemp(path.join(tmpdir(), "sumu-test-"));
    await build({
      stdin: { contents: RELAY, resolveDir: __dirname },
      outfile: path.join(folder, "index.mjs"),
      bundle: true,
      platform: "node",
      format: "esm",
      banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
      logLevel: "warning",
    });
    stack = await provisionAs("acme");
  }, INSTALL_TIMEOUT_MILLISECONDS);

  afterAll(async () => {
    aws?.destroy();
    await backend?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it("has the table with its key, its stream and its time to live", async () => {
    const TableName = "acme-rows";
    const { Table: table } = await aws.dynamodb.send(new DescribeTableCommand({ TableName }));
    expect(table?.KeySchema).toEqual([{ AttributeName: "id", KeyType: "HASH" }]);
    expect(table?.StreamSpecification).toEqual({ StreamEnabled: true, StreamViewType: "KEYS_ONLY" });
    const { TimeToLiveDescription: ttl } = await aws.dynamodb.send(new DescribeTimeToLiveCommand({ TableName }));
    expect(ttl).toEqual({ AttributeName: "delete_at", TimeToLiveStatus: "ENABLED" });
  });

  it("has the queue with its times and its dead-letter queue", async () => {
    const request = { QueueUrl: attribute("aws_sqs_queue", "in", "url"), AttributeNames: ["All" as const] };
    const { Attributes: attributes = {} } = await aws.sqs.send(new GetQueueAttributesCommand(request));
    expect(attributes.VisibilityTimeout).toBe("60");
    expect(JSON.parse(attributes.RedrivePolicy ?? "")).toEqual({
      deadLetterTargetArn: "arn:aws:sqs:us-east-1:000000000000:acme-dlq",
      maxReceiveCount: 5,
    });
  });

  it("runs functions on Node.js 24 by their alias", async () => {
    const request = { FunctionName: "acme-relay", Qualifier: "latest", Payload: "{}" };
    const { Payload: payload } = await aws.lambda.send(new InvokeCommand(request));
    expect(JSON.parse(Buffer.from(payload ?? []).toString())).toEqual({ node: "24" });
    expect(await received()).toEqual({ node: "24" });
  });

  it.each([
    ["nothing", { log: "" }, ""],
    ["each line", { log: "one\ntwo\n" }, "one\ntwo"],
    ["more than a pipe takes at once", { log: LONG_LOG }, LONG_LOG.trimEnd()],
    ["half a line before it ends", { log: "half", ends: true }, "half\nWorker process died"],
  ])("has in a function's log what it wrote before it answered: %s", async (_what, event, log) => {
    const call = { FunctionName: "acme-relay", LogType: "Tail" as const };
    // A new process of the emulator begins its log with a warning about the emulator.
    await aws.lambda.send(new InvokeCommand({ ...call, Payload: '{"log":""}' }));
    const { LogResult = "" } = await aws.lambda.send(new InvokeCommand({ ...call, Payload: JSON.stringify(event) }));
    // AWS, too, gives the last 4 KB.
    expect(Buffer.from(LogResult, "base64").toString()).toBe(log.slice(-4_096));
  });

  it("feeds functions from the queue, the topic and the table's stream", async () => {
    await aws.sqs.send(new SendMessageCommand({ QueueUrl: attribute("aws_sqs_queue", "in", "url"), MessageBody: "q" }));
    expect(await received()).toEqual({ node: "24", source: "aws:sqs", text: "q" });
    await aws.sns.send(new PublishCommand({ TopicArn: attribute("aws_sns_topic", "in", "arn"), Message: "t" }));
    expect(await received()).toEqual({ node: "24", source: "aws:sns", text: "t" });
    await aws.dynamodb.send(new PutItemCommand({ TableName: "acme-rows", Item: { id: { S: "r" } } }));
    expect(await received()).toEqual({ node: "24", source: "aws:dynamodb", keys: { id: { S: "r" } } });
  });

  it("can be removed again from an emulator that lives on", async () => {
    const other = await provisionAs("other");
    await other.remove();
    await expect(aws.dynamodb.send(new DescribeTableCommand({ TableName: "other-rows" }))).rejects.toThrow(
      expect.objectContaining({ name: "ResourceNotFoundException" }),
    );
    const { EventSourceMappings: mappings } = await aws.lambda.send(new ListEventSourceMappingsCommand({}));
    expect(mappings).toHaveLength(2);
    await (await provisionAs("other")).remove();
  });

  it("rejects to be in an emulator twice, saying how to mend that", async () => {
    await expect(provisionAs("acme")).rejects.toThrow(
      /could not be created: .*; another SUMU is in this emulator: stop that one, or POST to its \/_ministack\/reset$/,
    );
    await expect(aws.dynamodb.send(new DescribeTableCommand({ TableName: "acme-rows" }))).resolves.toBeDefined();
  });

  it.each([
    [
      { aws_sqs_queue: { a: { name: "a", fifo_queue: true } } },
      'aws_sqs_queue.a: "fifo_queue" is unknown here: add code that uses it, or add it to what is left out',
    ],
    [
      {
        aws_lambda_function: {
          a: {
            function_name: "a",
            role: "r",
            runtime: "r",
            handler: "h",
            filename: "${path.module}/index.mjs",
            environment: { varaibles: {} },
          },
        },
      },
      'aws_lambda_function.a.environment: "varaibles" is unknown here: add code that uses it, or add it to what is left out',
    ],
    [
      { aws_s3_bucket: { a: {} } },
      "aws_s3_bucket.a: aws_s3_bucket is unknown here: add code that uses it, or add it to what is left out",
    ],
    [
      { aws_lambda_alias: { a: { name: "a", function_name: "absent", function_version: "1" } } },
      "aws_lambda_alias.a could not be created: ResourceNotFoundException: ",
    ],
  ])("rejects %j: %s", async (resource, message) => {
    await expect(provisionAs("bad", { variable: STACK.variable, resource })).rejects.toThrow(message);
  });
});
