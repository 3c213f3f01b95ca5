import { execFile } from "node:child_process";
import { readdir, readFile, stat } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { PublishCommand } from "@aws-sdk/client-sns";
import { SignatureV4 } from "@smithy/signature-v4";
import { newConnectionId } from "../../emulator/gateway/ids";
import { Sha256 } from "../../emulator/gateway/service-client";
import { createAwsClients } from "../../local/backend/aws";
import { awsAccess } from "../../local/running-stack";
import { describeWithLocalAws, INSTALL_TIMEOUT_MILLISECONDS } from "../support/local-aws";
import { NpmStart, root } from "../support/npm-start";
import { findProcesses } from "../support/processes";
import { ensurePythonClients } from "../support/python-clients";

const run = promisify(execFile);

jest.setTimeout(INSTALL_TIMEOUT_MILLISECONDS);

const BOTO3 = `
import boto3, os
print(boto3.client("dynamodb").scan(TableName=os.environ["CONNECTIONS_TABLE_NAME"])["Count"])
boto3.client("sqs").send_message(QueueUrl=os.environ["NOTIFICATIONS_QUEUE_URL"], MessageBody='{"users":["x"],"data":1}')
boto3.client("sns").publish(TopicArn=os.environ["NOTIFICATIONS_TOPIC_ARN"], Message='{"users":["x"],"data":1}')
try:
    management = boto3.client("apigatewaymanagementapi", endpoint_url=os.environ["CONNECTIONS_URL"])
    management.delete_connection(ConnectionId=os.environ["GONE"])
except Exception as error:
    print(error.response["Error"]["Code"])
`;

describeWithLocalAws("a running SUMU", () => {
  let started: NpmStart;
  beforeAll(async () => {
    started = await NpmStart.run("--presence-source", "none");
  });
  afterAll(async () => {
    await started?.interrupt();
    await started?.clear();
  });

  it("takes boto3 with the credentials that --env prints, at the AWS endpoint and at @connections", async () => {
    const python = await ensurePythonClients();
    const script = `eval "$(npm -s start -- --env)" && ${python} -c '${BOTO3.replaceAll("'", `'\\''`)}'`;
    const { stdout } = await run("sh", ["-c", script], {
      cwd: root,
      env: { ...started.environment, AWS_PROFILE: "of-the-developer", GONE: newConnectionId("local") },
    });
    expect(stdout).toBe("0\nGoneException\n");
  });

  it.each([
    [
      "the access key test",
      { accessKeyId: "test", secretAccessKey: "test" },
      {
        name: "UnrecognizedClientException",
        message: expect.stringContaining("The access key is not that of this run."),
      },
    ],
    [
      "a guessed secret",
      { accessKeyId: "000000000000", secretAccessKey: "test" },
      { name: "InvalidSignatureException", message: expect.stringContaining("npm -s start -- --env") },
    ],
  ])("rejects %s, in JSON and in the query protocol", async (_name, credentials, refusal) => {
    const aws = createAwsClients({ ...awsAccess(started.stack), credentials });
    try {
      await expect(aws.dynamodb.send(new ListTablesCommand({}))).rejects.toMatchObject(refusal);
      const publish = new PublishCommand({ TopicArn: started.stack.notifications.topic.arn, Message: "{}" });
      await expect(aws.sns.send(publish)).rejects.toMatchObject(refusal);
    } finally {
      aws.destroy();
    }
  });

  it("rejects another body, and another time, than those that were signed", async () => {
    const { endpoint, region, credentials } = awsAccess(started.stack);
    const url = new URL(endpoint);
    const signer = new SignatureV4({ credentials, region, service: "dynamodb", sha256: Sha256 });
    const body = "{}";
    const request = async (signingDate: Date, sent = body): Promise<number> => {
      const { headers } = await signer.sign(
        {
          method: "POST",
          protocol: "http:",
          hostname: url.hostname,
          path: "/",
          headers: {
            host: url.host,
            "content-type": "application/x-amz-json-1.0",
            "x-amz-target": "DynamoDB_20120810.ListTables",
          },
          body,
        },
        { signingDate },
      );
      return (await fetch(url, { method: "POST", headers, body: sent })).status;
    };
    expect(await request(new Date())).toBe(200);
    expect(await request(new Date(), '{"Limit":1}')).toBe(403);
    expect(await request(new Date(Date.now() - 20 * 60_000))).toBe(403);
  });

  it("gives no token, event or notification without the key of its page, and shows its stack to nobody", async () => {
    const page = new URL(started.stack.page_url).origin;
    const json = { "content-type": "application/json" };
    for (const authorization of ["", "Bearer ", "Bearer test"]) {
      const headers = { ...json, authorization };
      const statuses = await Promise.all([
        fetch(`${page}/tokens`, { method: "POST", headers, body: '{"user":"alice"}' }),
        fetch(`${page}/requests`, { method: "POST", headers, body: '{"via":"queue","request":{"data":1}}' }),
        fetch(`${page}/events`, { headers }),
        fetch(`${page}/stack.json`, { headers }),
      ]);
      expect(statuses.map(({ status }) => status)).toEqual([401, 401, 401, 401]);
    }
    expect((await fetch(page)).status).toBe(200);
    expect((await fetch(`${page}/.well-known/jwks.json`)).status).toBe(200);
  });

  it("keeps its secrets where other users cannot read them", async () => {
    const { stack, folder } = started;
    const secrets = [stack.aws_secret_access_key, new URL(stack.page_url).hash.slice(1)];
    const commands = (await findProcesses(folder)).map(({ command }) => command).join("\n");
    for (const secret of secrets) expect(commands).not.toContain(secret);
    const notes = path.join(folder, "note");
    const [note = ""] = await readdir(notes);
    expect((await stat(path.join(notes, note))).mode & 0o777).toBe(0o600);
    expect(await readFile(path.join(notes, note), "utf8")).toContain(stack.aws_secret_access_key);
  });
});
