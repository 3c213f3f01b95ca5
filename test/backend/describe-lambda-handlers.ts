import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { CreateEventSourceMappingCommand, CreateFunctionCommand, type Runtime } from "@aws-sdk/client-lambda";
import { CreateQueueCommand, GetQueueAttributesCommand, SendMessageBatchCommand } from "@aws-sdk/client-sqs";
import { build } from "esbuild";
import { zipSync } from "fflate";
import type { AwsClients } from "../../local/backend/aws";
import { textOf } from "../../local/backend/query-api";
import type { LocalStack } from "../../local/local-stack";
import { until } from "../e2e/until";

const ROOT = path.resolve(__dirname, "..", "..");

/** A handler that notes what it has handled, and fails once for the message `b`. */
const TYPESCRIPT = `
import { appendFileSync, existsSync, writeFileSync } from "node:fs";
import { messagesHandler } from "sumu-backend";

const { HANDLED = "" } = process.env;
export const handler = messagesHandler((message) => {
  if (message.body === "b" && !existsSync(HANDLED + ".failed")) {
    writeFileSync(HANDLED + ".failed", "");
    throw new Error("out of stock");
  }
  appendFileSync(HANDLED, message.userId + " " + message.body + "\\n");
});
`;
const PYTHON = `
import os
from sumu import messages_handler

HANDLED = os.environ["HANDLED"]

@messages_handler
def handler(message):
    if message.body == "b" and not os.path.exists(HANDLED + ".failed"):
        open(HANDLED + ".failed", "w").close()
        raise RuntimeError("out of stock")
    with open(HANDLED, "a") as file:
        file.write(message.user_id + " " + message.body + "\\n")
`;

async function zipOfTypeScript(): Promise<Uint8Array> {
  const { outputFiles } = await build({
    stdin: { contents: TYPESCRIPT, resolveDir: ROOT, loader: "ts" },
    bundle: true,
    platform: "node",
    format: "cjs",
    write: false,
    tsconfig: path.join(ROOT, "tsconfig.json"),
  });
  return zipSync({ "index.js": outputFiles[0]?.contents ?? new Uint8Array() });
}

async function zipOfPython(): Promise<Uint8Array> {
  const folder = path.join(ROOT, "backend", "python", "sumu");
  const files = readdirSync(folder)
    .filter((name) => name.endsWith(".py"))
    .map((name) => [`sumu/${name}`, readFileSync(path.join(folder, name))] as const);
  return zipSync({ ...Object.fromEntries(files), "index.py": Buffer.from(PYTHON) });
}

const LANGUAGES: readonly (readonly [string, Runtime, () => Promise<Uint8Array>])[] = [
  ["TypeScript", "nodejs22.x", zipOfTypeScript],
  ["Python", "python3.13", zipOfPython],
];

/** The role of a function that may receive from a queue. @returns its ARN */
async function createRole(aws: AwsClients, name: string, queueArn: string): Promise<string> {
  const trust = { Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: "lambda.amazonaws.com" } };
  const document = (statements: readonly object[]) => JSON.stringify({ Version: "2012-10-17", Statement: statements });
  const role = await aws.query("iam", "CreateRole", { RoleName: name, AssumeRolePolicyDocument: document([trust]) });
  const receive = {
    Effect: "Allow",
    Action: ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
    Resource: queueArn,
  };
  const log = { Effect: "Allow", Action: ["logs:CreateLogStream", "logs:PutLogEvents"], Resource: "*" };
  const PolicyDocument = document([receive, log]);
  await aws.query("iam", "PutRolePolicy", { RoleName: name, PolicyName: "receive", PolicyDocument });
  return textOf(role, "Arn") ?? "";
}

/** The libraries' handlers in functions that a queue invokes. */
export function describeLambdaHandlers(stack: () => LocalStack): void {
  describe.each(LANGUAGES)("a Lambda function with the library in %s", (language, Runtime, makeZip) => {
    let folder: string;
    beforeAll(async () => {
      folder = await mkdtemp(path.join(tmpdir(), "sumu-handled-"));
    });
    afterAll(() => rm(folder, { recursive: true, force: true }));

    it("handles each message of a batch once, and gets only the failed one again", async () => {
      const { aws } = stack();
      const name = `handles-${language}`;
      const { QueueUrl } = await aws.sqs.send(
        new CreateQueueCommand({ QueueName: name, Attributes: { VisibilityTimeout: "3" } }),
      );
      const { Attributes } = await aws.sqs.send(
        new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["QueueArn"] }),
      );
      const queueArn = Attributes?.QueueArn ?? "";
      const MessageAttributes = {
        user_id: { DataType: "String", StringValue: "alice" },
        source: { DataType: "String", StringValue: "apigw.route.send" },
      };
      const Entries = ["a", "b", "c"].map((MessageBody) => ({ Id: MessageBody, MessageBody, MessageAttributes }));
      await aws.sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));

      const handled = path.join(folder, "handled");
      await aws.lambda.send(
        new CreateFunctionCommand({
          FunctionName: name,
          Role: await createRole(aws, name, queueArn),
          Runtime,
          Handler: "index.handler",
          Timeout: 3,
          Code: { ZipFile: await makeZip() },
          Environment: { Variables: { HANDLED: handled } },
        }),
      );
      await aws.lambda.send(
        new CreateEventSourceMappingCommand({
          EventSourceArn: queueArn,
          FunctionName: name,
          BatchSize: 10,
          FunctionResponseTypes: ["ReportBatchItemFailures"],
        }),
      );

      const lines = async () => (await readFile(handled, "utf8").catch(() => "")).split("\n").slice(0, -1);
      await until("three messages", async () => (await lines()).length >= 3);
      await until("an empty queue", async () => {
        const AttributeNames = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"] as const;
        const command = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...AttributeNames] });
        return Object.values((await aws.sqs.send(command)).Attributes ?? {}).every((count) => count === "0");
      });
      expect(await lines()).toEqual(["alice a", "alice c", "alice b"]);
    });
  });
}
