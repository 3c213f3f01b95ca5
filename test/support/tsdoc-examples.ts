import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { repositoryRoot } from "./terraform";

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
export function examplesIn(source: string): string[] {
  const comments = source.match(/\/\*\*[\s\S]*?\*\//g) ?? [];
  return comments.flatMap((comment) => {
    const text = comment.replace(/\*\/$/, "").replace(/^[ \t]*\* ?/gm, "");
    return [...text.matchAll(/@example\n([\s\S]*?)(?=^@|(?![\s\S]))/gm)].map(([, example = ""]) => example.trim());
  });
}

/** All examples of the API. */
export function tsdocExamples(): string[] {
  const files = readdirSync(path.join(repositoryRoot, "src"), { recursive: true, encoding: "utf8" });
  return files
    .filter((file) => file.endsWith(".ts"))
    .flatMap((file) => examplesIn(readFileSync(path.join(repositoryRoot, "src", file), "utf8")));
}

/** Examples as a file: each in a method of a stack, since they say `this`. */
export function inMethods(bodies: readonly string[]): string {
  const methods = bodies.map((body, index) => `  example${index}(): void {\n${body}\n  }`);
  return `${PRELUDE}\nexport class Examples extends TerraformStack {\n${methods.join("\n")}\n}\n`;
}
