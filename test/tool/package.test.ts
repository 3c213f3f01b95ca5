import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import type { LambdaClient } from "@aws-sdk/client-lambda";
import { buildTool } from "../../scripts/build-tool";
import { readFunction } from "../../tool/src/aws/read-function";
import { patternsFor } from "../../tool/src/aws/read-log";
import { help } from "../../tool/src/help";
import { readAudience } from "../../tool/src/read-audience";
import { run } from "../../tool/src/run";
import { targetFromOutputs } from "../../tool/src/target";
import { repositoryRoot } from "../support/terraform";

const execute = promisify(execFile);

async function sumu(...args: readonly string[]) {
  const said: string[] = [];
  const exitCode = await run(args, { write: () => {}, say: (line) => said.push(line) });
  return { exitCode, said };
}

describe("the package of the operator's tool", () => {
  it("is one program, and names every package that the program imports", async () => {
    // Below the repository, so that the program finds its packages.
    await mkdir(path.join(repositoryRoot, ".tools"), { recursive: true });
    const folder = await mkdtemp(path.join(repositoryRoot, ".tools", "tool-"));
    try {
      await buildTool(folder);
      const file = path.join(folder, "sumu.mjs");
      const { stdout } = await execute(process.execPath, [file, "--help"]);
      expect(stdout).toBe(`${help("sumu")}\n`);
      const imported = [...(await readFile(file, "utf8")).matchAll(/(?:from|import\() ?"(@?[a-z][^":]*)"/g)];
      const names = new Set(imported.map(([, name = ""]) => name));
      const manifest = JSON.parse(await readFile(path.join(repositoryRoot, "tool", "package.json"), "utf8"));
      const known = Object.keys(manifest.dependencies as object);
      // The backend library imports it for streams, which the tool does not use.
      const lazy = "@aws-sdk/client-apigatewaymanagementapi";
      expect([...names].filter((name) => ![...known, lazy].includes(name))).toEqual([]);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});

describe("a wrong command line", () => {
  it.each([
    [["doctor"], "which SUMU? Give --prefix <prefix>, or --outputs <file of terraform output -json>"],
    [["why", "--prefix", "shop"], "it is called so: sumu why <user or id>"],
    [["doctor", "--fast"], "Unknown option '--fast': \"sumu doctor --help\" lists the options"],
    [
      ["doctor", "--outputs", "/nowhere.json"],
      '/nowhere.json cannot be read: write it with "terraform output -json > /nowhere.json"',
    ],
  ])("%j says what to do, and the exit code is 2", async (args, message) => {
    expect(await sumu(...args)).toEqual({ exitCode: 2, said: [message] });
  });
});

describe("the outputs of terraform", () => {
  const outputs = {
    notifications: { queue: { arn: "arn:aws:sqs:eu-west-1:123456789012:shop-sumu-integration-notifications" } },
    websocket_url: "wss://api.example/live",
  };
  const target = { prefix: "shop", region: "eu-west-1", websocketUrl: "wss://api.example/live" };

  it("name the SUMU, at the root or in one output", () => {
    const wrapped = (value: unknown) => ({ value, type: "object", sensitive: false });
    const atRoot = Object.fromEntries(Object.entries(outputs).map(([name, value]) => [name, wrapped(value)]));
    expect(targetFromOutputs(JSON.stringify(atRoot))).toEqual(target);
    expect(targetFromOutputs(JSON.stringify({ sumu: wrapped(outputs), other: wrapped("x") }))).toEqual(target);
  });

  it.each([
    ["no JSON", "the outputs are not JSON"],
    ["{}", "the outputs have no notifications.queue.arn"],
    [JSON.stringify({ one: outputs, two: outputs }), "several outputs are a SUMU's"],
  ])("are refused if they name none or several: %s", (text, message) => {
    expect(() => targetFromOutputs(text)).toThrow(message);
  });
});

describe("a dead letter", () => {
  it.each([
    ['{"data":1}', { kind: "notification", isForEveryone: true }],
    ['{"users":["alice"],"data":1}', { kind: "notification", users: ["alice"] }],
    [
      '{"notification":{"to":{"users":["alice"]},"id":"order-7","data":1}}',
      { kind: "notification", users: ["alice"], id: "order-7" },
    ],
    ['{"notification":{"to":"everyone","data":1}}', { kind: "notification", isForEveryone: true }],
    ['{"revoke":{"users":["alice"],"issued_before":1}}', { kind: "revoke", users: ["alice"] }],
    [
      '{"Type":"Notification","MessageId":"m1","Message":"{\\"users\\":[\\"bob\\"],\\"data\\":1}"}',
      { kind: "notification", users: ["bob"], id: "m1" },
    ],
    ['{"user_id":"carol","records":[]}', { kind: "other", users: ["carol"] }],
    ["no JSON", { kind: "other" }],
  ])("names its users without its payload: %s", (body, audience) => {
    expect(readAudience(body)).toEqual(audience);
  });
});

describe("a function whose environment variables a key encrypts", () => {
  const KMSKeyArn = "arn:aws:kms:eu-west-1:123456789012:key/1";
  const read = (ErrorCode?: string) => {
    const Environment = ErrorCode === undefined ? { Variables: { A: "b" } } : { Error: { ErrorCode } };
    const send = async () => ({ FunctionName: "shop", KMSKeyArn, Version: "7", Environment });
    return readFunction({ send } as unknown as LambdaClient, "shop");
  };

  it("has its variables, or names the right to the key, or another fault, when they are read", async () => {
    expect((await read())?.environment).toEqual({ A: "b" });
    const denied = await read("AccessDeniedException");
    expect(denied?.version).toBe("7");
    expect(() => denied?.environment).toThrow(`your role may not kms:Decrypt on ${KMSKeyArn}: docs/operator-tool.md`);
    const disabled = await read("KMSDisabledException");
    expect(() => disabled?.environment).toThrow(
      "Lambda cannot decrypt the environment variables of shop (KMSDisabledException): look at their key",
    );
  });
});

describe("the patterns for CloudWatch Logs", () => {
  it("are as few as their longest length allows", () => {
    expect(patternsFor(["userId", "requestId"], ["alice"])).toEqual([
      '{ ($.userId = "alice") || ($.requestId = "alice") }',
    ]);
    const many = patternsFor(
      ["connectionId"],
      Array.from({ length: 100 }, (_, index) => `connection-${index}=`),
    );
    expect(many).toHaveLength(4);
    expect(Math.max(...many.map((pattern = "") => pattern.length))).toBeLessThanOrEqual(1_024);
  });

  it("are none for a value that would be a pattern itself: all lines are read", () => {
    expect(patternsFor(["userId"], ['a" || $.x = "*'])).toEqual([undefined]);
  });
});
