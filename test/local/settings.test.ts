import { execFile } from "node:child_process";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { promisify } from "node:util";
import { ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { ListQueuesCommand } from "@aws-sdk/client-sqs";
import { createAwsClients } from "../../local/backend/aws";
import { ensureNode24 } from "../../scripts/node24";
import { describeWithLocalAws, INSTALL_TIMEOUT_MILLISECONDS } from "../support/local-aws";
import { root } from "../support/npm-start";

const run = promisify(execFile);

const credentials = { accessKeyId: "000000000000", secretAccessKey: "of the run" };

describe("a developer's settings", () => {
  let server: Server;
  let endpoint: string;
  let headers: unknown[];
  const own = { ...process.env };
  beforeAll(async () => {
    server = createServer((request, response) => {
      headers.push([request.headers.authorization?.split("/")[0], request.headers["x-amz-security-token"]]);
      response.writeHead(200, { "content-type": "application/x-amz-json-1.0" }).end("{}");
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  beforeEach(() => {
    headers = [];
  });
  afterEach(() => {
    process.env = { ...own };
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  it.each([
    ["AWS_USE_FIPS_ENDPOINT", "true"],
    ["AWS_USE_DUALSTACK_ENDPOINT", "true"],
    ["AWS_ENABLE_ENDPOINT_DISCOVERY", "true"],
    ["AWS_ACCOUNT_ID_ENDPOINT_MODE", "required"],
    ["AWS_RETRY_MODE", "no-such-mode"],
    ["AWS_MAX_ATTEMPTS", "many"],
    ["AWS_DEFAULTS_MODE", "no-such-mode"],
    ["AWS_PROFILE", "no-such-profile"],
    ["AWS_SESSION_TOKEN", "of a real session"],
    ["AWS_ENDPOINT_URL_SQS", "http://127.0.0.1:9"],
  ])("%s=%s do not keep the SDK from the local AWS", async (name, value) => {
    process.env = { ...own, [name]: value };
    const aws = createAwsClients({ endpoint, region: "us-east-1", credentials });
    try {
      await Promise.all([aws.dynamodb.send(new ListTablesCommand({})), aws.sqs.send(new ListQueuesCommand({}))]);
    } finally {
      aws.destroy();
    }
    const signed = ["AWS4-HMAC-SHA256 Credential=000000000000", undefined];
    expect(headers).toEqual([signed, signed]);
  });
});

describeWithLocalAws("NODE_USE_ENV_PROXY", () => {
  /** Nobody listens there: a request that goes there fails. */
  const DEAD_PROXY = "http://127.0.0.1:9";

  const SCRIPT = `
    import http from "node:http";
    import { once } from "node:events";
    import directly from ${JSON.stringify(path.join(root, "local", "direct-connections.ts"))};
    if (process.argv[1] === "directly") directly.connectDirectly();
    const server = http.createServer((request, response) => response.end("reached")).listen(0, "127.0.0.1");
    await once(server, "listening");
    const url = "http://127.0.0.1:" + server.address().port;
    const byFetch = await fetch(url).then((response) => response.text(), () => "lost");
    const byHttp = await new Promise((resolve) => http.get(url, () => resolve("reached")).on("error", () => resolve("lost")));
    console.log(byFetch, byHttp);
    process.exit();
  `;

  it.each([
    ["directly", "reached reached\n"],
    // What the setting does alone: the test would see it.
    ["by the setting", "lost lost\n"],
  ])(
    "a request to this machine that is sent %s: %s",
    async (way, expected) => {
      const node = await ensureNode24();
      const { stdout } = await run(node, ["--import", "tsx", "--input-type=module", "-e", SCRIPT, way], {
        cwd: root,
        env: { PATH: process.env.PATH, NODE_USE_ENV_PROXY: "1", HTTP_PROXY: DEAD_PROXY, NO_PROXY: "example.com" },
      });
      expect(stdout).toBe(expected);
    },
    INSTALL_TIMEOUT_MILLISECONDS,
  );
});
