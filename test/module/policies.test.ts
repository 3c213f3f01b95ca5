import { readFileSync } from "node:fs";
import path from "node:path";
import { repositoryRoot } from "../support/terraform";

interface Statement {
  readonly sid?: string;
  readonly effect?: string;
  readonly actions?: readonly string[];
  readonly not_actions?: readonly string[];
  readonly resources?: readonly string[];
  readonly not_resources?: readonly string[];
  readonly principals?: readonly { readonly type: string; readonly identifiers: readonly string[] }[];
  readonly condition?: readonly {
    readonly test: string;
    readonly variable: string;
    readonly values: readonly string[];
  }[];
}

interface PolicyStatement extends Statement {
  /** `<module> <policy document>`. */
  readonly where: string;
}

const MODULES = ["serverless", "core-route53", "global"];

/** Every resource pattern that ends in * or is one, with why AWS leaves no narrower one. */
const WILDCARD_RESOURCES: readonly { readonly pattern: RegExp; readonly reason: string }[] = [
  {
    pattern: /^serverless \S+ WriteOwnLog \$\{aws_cloudwatch_log_group\.\w+(\[0\])?\.arn\}:\*$/,
    reason: "a log group's streams: Lambda and CodeBuild name them as they write",
  },
  {
    pattern: /^serverless pusher_execution PostToConnections .+\/POST\/@connections\/\*$/,
    reason: "the connections of one stage: their ids come and go",
  },
  {
    pattern:
      /^serverless (authorizer|pusher)_(build_role|pipeline)\[?0?\]? (ReadSource|KeepArtifacts) \$\{var\.s3_artifacts\.arn\}\/\$\{substr\(.+, 0, 20\)\}\/\*$/,
    reason: "a pipeline's artifacts in its own folder: CodePipeline names them",
  },
  {
    pattern: /^serverless (authorizer|pusher)_build_role AskVersions \$\{aws_lambda_function\.\w+\[0\]\.arn\}:\*$/,
    reason: "one function's versions and alias: a release makes the next version",
  },
  {
    pattern: /^serverless (authorizer|pusher|presence)_tracing SendTraces \*$/,
    reason: "traces belong to no resource: AWS gives xray:PutTraceSegments and PutTelemetryRecords none",
  },
  {
    pattern: /^global current WriteLogs \*$/,
    reason: "the account's role for API Gateway's logs: AWS refuses one that may do less than its managed policy",
  },
];

function statements(module: string): readonly PolicyStatement[] {
  const file = path.join(repositoryRoot, "modules", module, "main.tf.json");
  const { data = {} } = JSON.parse(readFileSync(file, "utf8")) as {
    data?: { aws_iam_policy_document?: Record<string, { statement?: readonly Statement[] }> };
  };
  return Object.entries(data.aws_iam_policy_document ?? {}).flatMap(([name, { statement = [] }]) =>
    statement.map((one) => ({ ...one, where: `${module} ${name}` })),
  );
}

const all = MODULES.flatMap(statements);
const trusts = all.filter(({ principals, resources }) => principals !== undefined && resources === undefined);

describe("the policies of all modules", () => {
  test("are all policy documents: no policy is JSON in a string or one of AWS's own", () => {
    for (const module of MODULES) {
      const text = readFileSync(path.join(repositoryRoot, "modules", module, "main.tf.json"), "utf8");
      expect(text).not.toMatch(/iam::aws:policy|aws_iam_policy_attachment|aws_iam_role_policy_attachment/);
      const policies = [...text.matchAll(/"(?:policy|assume_role_policy)": "(.*)"/g)].map(([, policy]) => policy);
      expect(policies.filter((policy) => !policy?.startsWith("${data.aws_iam_policy_document."))).toEqual([]);
    }
    expect(all.length).toBeGreaterThan(25);
  });

  test("name every action: no wildcard, no negation", () => {
    const wide = all.filter(
      ({ actions = [], not_actions, not_resources, effect }) =>
        actions.length === 0 ||
        actions.some((action) => action.includes("*")) ||
        not_actions !== undefined ||
        not_resources !== undefined ||
        (effect !== undefined && effect !== "Allow"),
    );
    expect(wide).toEqual([]);
  });

  test("name every resource, but where AWS leaves no other way", () => {
    const wide = all.flatMap(({ where, sid, resources = [] }) =>
      resources.filter((resource) => resource.includes("*")).map((resource) => `${where} ${sid} ${resource}`),
    );
    expect(wide.filter((line) => !WILDCARD_RESOURCES.some(({ pattern }) => pattern.test(line)))).toEqual([]);
    const unused = WILDCARD_RESOURCES.filter(({ pattern }) => !wide.some((line) => pattern.test(line)));
    expect(unused).toEqual([]);
  });

  test("let one service of this account assume each role, and pipelines and builds by their own ARN", () => {
    expect(trusts.length).toBeGreaterThan(8);
    for (const { where, principals, condition = [] } of trusts) {
      const [{ type, identifiers } = { type: "", identifiers: [] }] = principals ?? [];
      expect({ where, type, services: identifiers.length }).toEqual({ where, type: "Service", services: 1 });
      expect(condition.map(({ variable }) => variable)).toContain("aws:SourceAccount");
      if (/codebuild|codepipeline/.test(identifiers[0] ?? "")) {
        expect(condition.map(({ variable }) => variable)).toContain("aws:SourceArn");
      }
    }
  });
});
