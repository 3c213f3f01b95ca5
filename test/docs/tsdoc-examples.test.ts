import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { complaints } from "../support/compile-texts";

jest.setTimeout(60_000);

const ROOT = path.resolve(__dirname, "..", "..");

/** What an example may use without saying where it comes from: an app that has a SUMU, roles and functions. */
const PRELUDE = `
import type { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { LambdaEventSourceMapping } from "@cdktf/provider-aws/lib/lambda-event-source-mapping";
import type { LambdaFunction } from "@cdktf/provider-aws/lib/lambda-function";
import { SqsQueue } from "@cdktf/provider-aws/lib/sqs-queue";
import { SsmParameter } from "@cdktf/provider-aws/lib/ssm-parameter";
import { TerraformOutput, TerraformStack } from "cdktf";
import { MESSAGE_SOURCES, Sumu, type SumuProps } from "../../src/index";
declare const sumu: Sumu;
declare const props: SumuProps;
declare const backendRole: IamRole;
declare const workerRole: IamRole;
declare const auditRole: IamRole;
declare const onCallRole: IamRole;
declare const worker: LambdaFunction;
declare const audit: LambdaFunction;
export const used = [LambdaEventSourceMapping, SqsQueue, SsmParameter, TerraformOutput, MESSAGE_SOURCES, Sumu];
`;

/** The examples of a source's comments, without the stars before them. */
function examplesIn(source: string): string[] {
  const comments = source.match(/\/\*\*[\s\S]*?\*\//g) ?? [];
  return comments.flatMap((comment) => {
    const text = comment.replace(/\*\/$/, "").replace(/^[ \t]*\* ?/gm, "");
    return [...text.matchAll(/@example\n([\s\S]*?)(?=^@|(?![\s\S]))/gm)].map(([, example = ""]) => example.trim());
  });
}

const examples = readdirSync(path.join(ROOT, "src"), { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts"))
  .flatMap((file) =>
    examplesIn(readFileSync(path.join(ROOT, "src", file), "utf8")).map((example) => ({ file, example })),
  );

function inAStack(bodies: readonly string[]): string {
  const methods = bodies.map((body, index) => `  example${index}(): void {\n${body}\n  }`);
  return `${PRELUDE}\nexport class Examples extends TerraformStack {\n${methods.join("\n")}\n}\n`;
}

describe("the examples in the comments of the API", () => {
  it("are there for each method of Sumu", () => {
    const source = readFileSync(path.join(ROOT, "src", "sumu.ts"), "utf8");
    const methods = [...source.matchAll(/^ {2}(grant[A-Z]\w+|invokeFrom\w+)\(/gm)].map(([, name = ""]) => name);
    const shown = examplesIn(source).join("\n");
    expect(methods.length).toBeGreaterThan(0);
    expect(methods.filter((name) => !shown.includes(`sumu.${name}(`))).toEqual([]);
  });

  it("compile, and would not with a name that the API does not have", () => {
    const bodies = examples.map(({ example }) => example);
    expect(
      complaints(__dirname, {
        "examples.ts": inAStack(bodies),
        "wrong.ts": inAStack(["sumu.notifications.queue.href;"]),
      }),
    ).toEqual({
      "examples.ts": [],
      "wrong.ts": ["Property 'href' does not exist on type 'Queue'."],
    });
  });
});
