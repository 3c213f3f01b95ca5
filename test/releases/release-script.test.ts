import { execFile, execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import {
  CreateAliasCommand,
  CreateFunctionCommand,
  type Environment,
  GetAliasCommand,
  InvokeCommand,
  LambdaClient,
  ListVersionsByFunctionCommand,
} from "@aws-sdk/client-lambda";
import { zipSync } from "fflate";
import type { AwsBackend } from "../../local/backend/ministack";
import { CONTRACT_VERSION, VERSION_QUESTION } from "../../src/contract/version";
import { BUILDSPEC } from "../../src/releases/buildspec";
import { RELEASE_SCRIPT } from "../../src/releases/release-script";
import { type ReleasedHandler, SMOKE_TESTS } from "../../src/releases/smoke-test";
import { type AwsCli, startAwsCli } from "../support/aws-cli";
import { INSTALL_TIMEOUT_MILLISECONDS, startLocalAws } from "../support/local-aws";
import { repositoryRoot } from "../support/terraform";

jest.setTimeout(180_000);

const policy = (reason: string) =>
  `({ principalId: "rogue", policyDocument: { Version: "2012-10-17", Statement: [{ Action: "execute-api:Invoke", Effect: "Deny", Resource: "*" }] }, context: { reason: "${reason}" } })`;
const letsIn = (...effects: readonly string[]) =>
  `({ principalId: "user", policyDocument: { Version: "2012-10-17", Statement: ${JSON.stringify(
    effects.map((Effect) => ({ Action: "execute-api:Invoke", Effect, Resource: "*" })),
  )} } })`;
const handler = (answer: string) => `export const handler = async () => ${answer};\n`;

/** What the buildspec runs: its one command, without the indentation. */
function command(): string {
  const [, script = ""] = BUILDSPEC.split("      - |\n");
  return script.replace(/^ {8}/gm, "");
}

describe("a release", () => {
  let aws: AwsBackend;
  let lambda: LambdaClient;
  let cli: AwsCli;
  let folder: string;

  beforeAll(async () => {
    aws = await startLocalAws();
    cli = await startAwsCli({
      AWS_ENDPOINT_URL: aws.endpoint,
      AWS_DEFAULT_REGION: aws.region,
      AWS_ACCESS_KEY_ID: aws.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: aws.credentials.secretAccessKey,
    });
    lambda = new LambdaClient({
      region: aws.region,
      endpoint: aws.endpoint,
      credentials: aws.credentials,
    });
  }, INSTALL_TIMEOUT_MILLISECONDS);
  afterAll(async () => {
    await cli?.stop();
    await aws?.stop();
  });

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "sumu-release-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** A function as Terraform makes it: version 1 and the alias. */
  async function deploy(name: string, code: string, environment: Environment = {}): Promise<void> {
    await lambda.send(
      new CreateFunctionCommand({
        FunctionName: name,
        Runtime: "nodejs24.x",
        Handler: "index.handler",
        Role: "arn:aws:iam::000000000000:role/run",
        Code: { ZipFile: zipSync({ "index.mjs": Buffer.from(code) }) },
        Environment: environment,
        Publish: true,
      }),
    );
    await lambda.send(new CreateAliasCommand({ FunctionName: name, Name: "latest", FunctionVersion: "1" }));
  }

  /** A handler's repository, whose build writes dist/index.mjs. */
  function repository(code: string, { build = "node build.mjs", lockfile = true } = {}): void {
    const manifest = { name: "handler", version: "1.0.0", private: true, scripts: { build } };
    const files: Record<string, string> = {
      "package.json": JSON.stringify(manifest),
      "source.mjs": code,
      "build.mjs":
        'import { cpSync, mkdirSync } from "node:fs";\nmkdirSync("dist", { recursive: true });\ncpSync("source.mjs", "dist/index.mjs");\n',
    };
    if (lockfile) {
      files["package-lock.json"] = JSON.stringify({
        name: "handler",
        version: "1.0.0",
        lockfileVersion: 3,
        packages: { "": { name: "handler", version: "1.0.0" } },
      });
    }
    for (const [name, content] of Object.entries(files)) {
      writeFileSync(path.join(folder, name), content);
    }
  }

  /** Runs the buildspec's command as CodeBuild does, and returns how it ended and what it said. */
  async function build(
    name: string,
    kind: ReleasedHandler,
    environment: Record<string, string> = {},
    bin = cli.bin,
    cwd = folder,
  ): Promise<{ readonly status: number; readonly said: string }> {
    const { event, answer } = SMOKE_TESTS[kind];
    return new Promise((resolve) => {
      execFile(
        "bash",
        // Node gives it a socket as its input, for which bash may read the user's own .bashrc, and with it another PATH.
        ["--norc", "-c", command()],
        {
          cwd,
          env: {
            ...process.env,
            PATH: [bin, process.env.PATH].join(path.delimiter),
            AWS_ENDPOINT_URL: aws.endpoint,
            AWS_DEFAULT_REGION: aws.region,
            AWS_ACCESS_KEY_ID: aws.credentials.accessKeyId,
            AWS_SECRET_ACCESS_KEY: aws.credentials.secretAccessKey,
            FUNCTION_NAME: name,
            ALIAS: "latest",
            SMOKE_EVENT: JSON.stringify(event),
            SMOKE_ANSWER: answer,
            LEAST_CONTRACT: "1",
            RELEASE_ON: "branch",
            BRANCH: "main",
            ...environment,
          },
        },
        (error, stdout, stderr) => resolve({ status: error === null ? 0 : Number(error.code), said: stdout + stderr }),
      );
    });
  }

  async function released(name: string): Promise<string | undefined> {
    return (await lambda.send(new GetAliasCommand({ FunctionName: name, Name: "latest" }))).FunctionVersion;
  }

  async function versions(name: string): Promise<readonly (string | undefined)[]> {
    const { Versions = [] } = await lambda.send(new ListVersionsByFunctionCommand({ FunctionName: name }));
    return Versions.map(({ Version }) => Version);
  }

  async function answer(name: string): Promise<unknown> {
    const { Payload } = await lambda.send(
      new InvokeCommand({ FunctionName: name, Qualifier: "latest", Payload: "{}" }),
    );
    return JSON.parse(Buffer.from(Payload ?? []).toString());
  }

  it("of a good build moves the alias to its version; a broken one leaves it", async () => {
    await deploy("authorizer", handler(policy("one")));

    repository(handler(policy("two")));
    const good = await build("authorizer", "authorizer");
    expect(good).toEqual({ status: 0, said: expect.stringContaining("latest moved from version 1 to version 2") });
    expect(await released("authorizer")).toBe("2");
    expect(await answer("authorizer")).toMatchObject({ context: { reason: "two" } });

    repository('throw new Error("a missing dependency");\n');
    const broken = await build("authorizer", "authorizer");
    expect(broken).toEqual({
      status: 1,
      said: expect.stringContaining("version 3 does not answer: latest stays at version 2"),
    });
    expect(await released("authorizer")).toBe("2");
    expect(await answer("authorizer")).toMatchObject({ context: { reason: "two" } });
  });

  it("rejects an authorizer that does not refuse a client without a token", async () => {
    await deploy("lax", handler(policy("one")));
    for (const answer of ["({ isAuthorized: true })", letsIn("Allow"), letsIn("Deny", "Allow")]) {
      repository(handler(answer));
      expect(await build("lax", "authorizer")).toEqual({
        status: 1,
        said: expect.stringContaining("does not refuse a client without a token"),
      });
    }
    expect(await released("lax")).toBe("1");
  }, 360_000);

  it("rejects a version that speaks an older contract than the inputs of the stack need, or cannot say which", async () => {
    await deploy("contract", handler("({ batchItemFailures: [] })"));
    const speaks = (contract: string) =>
      `export const handler = async (event) => event.sumu === "version" ? ({ contract: ${contract} }) : ({});\n`;
    const needsTwo = { LEAST_CONTRACT: "2" };
    const silent = 'export const handler = async (event) => { if (!event.Records) throw new Error("no records"); };\n';

    for (const code of [speaks("1"), silent]) {
      repository(code);
      expect(await build("contract", "pusher", needsTwo)).toEqual({
        status: 1,
        said: expect.stringContaining("speaks contract 1, and the inputs of this stack need contract 2"),
      });
    }
    expect(await released("contract")).toBe("1");

    repository(speaks("2"));
    expect(await build("contract", "pusher", needsTwo)).toMatchObject({ status: 0 });
    expect(await released("contract")).toBe("4");
  }, 480_000);

  it("rejects a build that fails, and a repository without lockfile, before it touches the function", async () => {
    await deploy("pusher", handler("({ batchItemFailures: [] })"));

    repository(handler("({})"), { build: "node -e 'process.exit(3)'" });
    expect((await build("pusher", "pusher")).status).not.toBe(0);

    rmSync(path.join(folder, "package-lock.json"));
    repository(handler("({})"), { lockfile: false });
    const unlocked = await build("pusher", "pusher");
    expect(unlocked).toEqual({ status: 1, said: expect.stringContaining("the repository has no lockfile") });

    repository(handler("({})"), { build: "node -e ''" });
    const empty = await build("pusher", "pusher");
    expect(empty).toEqual({ status: 1, said: expect.stringContaining("the build left neither dist/index.mjs") });

    expect(await released("pusher")).toBe("1");
    expect(await versions("pusher")).toEqual(["$LATEST", "1"]);
  });

  describe("on tags only", () => {
    const tag = { RELEASE_ON: "tag", PIPELINE_NAME: "release", PIPELINE_EXECUTION_ID: "1", CAUSE: "WebhookV2" };
    let bin: string;
    let checkout: string;

    function git(where: string, ...args: string[]): string {
      const identity = ["-c", "user.name=test", "-c", "user.email=test@example.com", "-c", "init.defaultBranch=main"];
      return execFileSync("git", [...identity, ...args], { cwd: where, encoding: "utf8", stdio: "pipe" }).trim();
    }

    /** A repository whose tag v1 is on main, before its tip, and whose tag v2 is on a branch of somebody's. */
    beforeEach(() => {
      // The emulator has no CodePipeline: its one answer comes from here, the rest from the real CLI.
      bin = mkdtempSync(path.join(tmpdir(), "sumu-bin-"));
      writeFileSync(
        path.join(bin, "aws"),
        `#!/bin/sh\nif [ "$1" = codepipeline ]; then echo "$CAUSE"; else exec "${cli.bin}/aws" "$@"; fi\n`,
      );
      chmodSync(path.join(bin, "aws"), 0o755);
      repository(handler(policy("two")));
      git(folder, "init", "-q");
      git(folder, "add", ".");
      git(folder, "commit", "-qm", "one");
      git(folder, "tag", "v1");
      git(folder, "commit", "-qm", "two", "--allow-empty");
      git(folder, "checkout", "-qb", "elsewhere");
      git(folder, "commit", "-qm", "three", "--allow-empty");
      git(folder, "tag", "v2");
      git(folder, "checkout", "-q", "main");
      checkout = mkdtempSync(path.join(tmpdir(), "sumu-clone-"));
    });
    afterEach(() => {
      for (const made of [bin, checkout]) rmSync(made, { recursive: true, force: true });
    });

    /** As CodeBuild has it: the commit alone, detached. */
    function clone(ref: string, ...options: string[]): void {
      git(checkout, "clone", "-q", ...options, `file://${folder}`, ".");
      git(checkout, "checkout", "-q", "--detach", ref);
    }

    it("the run that comes with the pipeline's creation releases nothing", async () => {
      await deploy("tagged", handler(policy("one")));
      clone("v1");
      const created = await build("tagged", "authorizer", { ...tag, CAUSE: "CreatePipeline" }, bin, checkout);
      expect(created).toEqual({ status: 0, said: expect.stringContaining("only a tag releases") });
      expect(await released("tagged")).toBe("1");
    });

    it.each([
      ["a whole clone", []],
      ["a shallow clone of the tag", ["--depth", "1", "--branch", "v1"]],
    ])("a tag that the branch contains releases, from %s", async (kind, options) => {
      const name = `contained-${kind.length}`;
      await deploy(name, handler(policy("one")));
      clone("v1", ...options);
      const contained = await build(name, "authorizer", tag, bin, checkout);
      expect(contained).toEqual({ status: 0, said: expect.stringContaining("moved from version 1 to version 2") });
    });

    it.each([
      ["a whole clone", []],
      ["a shallow clone of the tag", ["--depth", "1", "--branch", "v2"]],
    ])(
      "rejects a tag that the branch does not contain, in %s, before it touches the function",
      async (kind, options) => {
        const name = `elsewhere-${kind.length}`;
        await deploy(name, handler(policy("one")));
        clone("v2", ...options);
        const elsewhere = await build(name, "authorizer", tag, bin, checkout);
        expect(elsewhere).toEqual({ status: 1, said: expect.stringContaining("main does not contain the commit") });
        expect(await versions(name)).toEqual(["$LATEST", "1"]);
      },
    );

    it("rejects a tag when the branch is not there to ask", async () => {
      await deploy("branchless", handler(policy("one")));
      clone("v1");
      const branchless = await build("branchless", "authorizer", { ...tag, BRANCH: "stable" }, bin, checkout);
      expect(branchless).toEqual({ status: 1, said: expect.stringContaining("the branch stable cannot be fetched") });
    });
  });

  it("asks nothing that this repository's own handlers cannot answer", async () => {
    const environments = {
      authorizer: {
        AUTHORIZED_APIS: "arn:aws:execute-api:us-east-1:000000000000:abcdefghij/live",
        JWT_ISSUER_JWKS_URI: "https://issuer.invalid/jwks.json",
      },
      pusher: {
        APIGW_ENDPOINT: "https://gateway.invalid/live",
        CONNECTIONS_TABLE_NAME: "connections",
        NOTIFICATIONS_QUEUE_URL: `${aws.endpoint}/000000000000/notifications`,
        NOTIFICATIONS_DLQ_URL: `${aws.endpoint}/000000000000/notifications-dlq`,
      },
    };
    const answers: Record<string, unknown> = {};
    for (const kind of ["authorizer", "pusher"] as const) {
      const bundle = readFileSync(path.join(repositoryRoot, "dist", "handlers", kind, "index.mjs"), "utf8");
      await deploy(`own-${kind}`, bundle, { Variables: environments[kind] });
      const { FunctionError, Payload } = await lambda.send(
        new InvokeCommand({
          FunctionName: `own-${kind}`,
          Qualifier: "latest",
          Payload: JSON.stringify(SMOKE_TESTS[kind].event),
        }),
      );
      const asked = await lambda.send(
        new InvokeCommand({
          FunctionName: `own-${kind}`,
          Qualifier: "latest",
          Payload: JSON.stringify(VERSION_QUESTION),
        }),
      );
      answers[kind] = {
        FunctionError,
        answer: JSON.parse(Buffer.from(Payload ?? []).toString()),
        version: JSON.parse(Buffer.from(asked.Payload ?? []).toString()),
      };
    }
    expect(answers).toEqual({
      authorizer: {
        answer: expect.objectContaining({ policyDocument: expect.anything() }),
        version: { contract: CONTRACT_VERSION },
      },
      pusher: { answer: { batchItemFailures: [] }, version: { contract: CONTRACT_VERSION } },
    });
  });
});

it("the buildspec leaves nothing for Terraform to interpolate, and runs Node 24", () => {
  expect(BUILDSPEC).not.toMatch(/[$%]\{/);
  expect(BUILDSPEC).toContain("    runtime-versions:\n      nodejs: 24\n");
  expect(command()).toContain(RELEASE_SCRIPT.trim());
});
