import { readFileSync } from "node:fs";
import path from "node:path";
import { repositoryRoot } from "../support/terraform";
import { POLICIES } from "./expected-policies";

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
  /** Whether it is there for a caller's key only. */
  readonly whenThere: string;
}

interface Blocks {
  readonly [type: string]: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

const OTHERS = 'setsubtract(var.topic_publishers, ["events.amazonaws.com"])';

/** When a statement is there, by what its dynamic block is for. */
const WHEN: Readonly<Record<string, string>> = {
  "${compact([var.kms_key_arn])}": "with a key, ",
  [`\${(length(${OTHERS}) >= 1) ? [${OTHERS}] : []}`]: "with topic_publishers, ",
  '${setintersection(var.topic_publishers, ["events.amazonaws.com"])}': "with EventBridge in topic_publishers, ",
};

const MODULES = ["serverless", "core-route53", "global", "key-policy"];

function read(module: string): { readonly resource?: Blocks; readonly data?: Blocks } {
  return JSON.parse(readFileSync(path.join(repositoryRoot, "modules", module, "main.tf.json"), "utf8"));
}

function statements(module: string): readonly PolicyStatement[] {
  return Object.entries(read(module).data?.aws_iam_policy_document ?? {}).flatMap(([name, block]) => {
    const { statement = [], dynamic } = block as {
      statement?: readonly Statement[];
      dynamic?: { statement: readonly { for_each: string; content: Statement }[] };
    };
    const where = `${module} ${name}`;
    const optional = dynamic?.statement ?? [];
    return [
      ...statement.map((one) => ({ ...one, where, whenThere: "" })),
      ...optional.map(({ content, for_each }) => ({ ...content, where, whenThere: WHEN[for_each] ?? for_each })),
    ];
  });
}

const all = MODULES.flatMap(statements);
const allowed = all.filter(({ effect = "Allow" }) => effect === "Allow");
const refused = all.filter(({ effect = "Allow" }) => effect !== "Allow");
const trusts = all.filter(({ principals, resources }) => principals !== undefined && resources === undefined);

/** `${aws_sqs_queue.messages.arn}` is aws_sqs_queue.messages, and an ARN of this account and region is short. */
function readable(text: string): string {
  return (
    text
      .replaceAll("${var.prefix}-sumu", "<sumu>")
      // The module key-policy makes no resource whose ARN says where it is.
      .replaceAll("${data.aws_partition.current.partition}", "${local.partition}")
      .replaceAll("${data.aws_caller_identity.current.account_id}", "${local.account_id}")
      .replace(/^arn:\$\{local\.partition\}:(\w+):\$\{local\.region\}:\$\{local\.account_id\}:/, "arn:$1:")
      .replace("${local.account_id}", "this account")
      .replace(".${local.region}.amazonaws.com", "")
      .replace("${statement.value}", "the key")
      .replace(/\$\{((?:aws|var)[a-z0-9_]*\.\w+(?:\[0\])?)(?:\.(?:arn|execution_arn))?\}/g, "$1")
  );
}

/** One statement as a line: who may do what with what, and when. */
function line({
  sid = "",
  effect = "Allow",
  whenThere,
  principals = [],
  actions = [],
  resources = [],
  condition = [],
}: PolicyStatement): string {
  const who = principals.flatMap(({ identifiers }) =>
    [identifiers].flat().map((one) => (one === "${statement.value}" ? "they" : readable(one))),
  );
  const when = condition.map(({ test, variable, values }) => `${variable} ${test} ${values.map(readable).join(" | ")}`);
  return [
    `${whenThere}${sid || effect}:`,
    ...(effect === "Allow" ? [] : ["deny"]),
    ...who,
    actions.join(" "),
    ...(resources.length === 0 ? [] : ["on", resources.map(readable).join(" ")]),
    ...(when.length === 0 ? [] : ["if", when.join(" and ")]),
  ].join(" ");
}

function policies(): Record<string, string[]> {
  const lines: Record<string, string[]> = {};
  for (const statement of all) {
    lines[statement.where] = [...(lines[statement.where] ?? []), line(statement)];
  }
  return lines;
}

/** Every resource pattern that ends in * or is one, with why AWS leaves no narrower one. */
const WILDCARD_RESOURCES: readonly { readonly pattern: RegExp; readonly reason: string }[] = [
  {
    pattern: /^serverless \S+ WriteOwnLog \$\{aws_cloudwatch_log_group\.\w+(\[0\])?\.arn\}:\*$/,
    reason: "a log group's streams: Lambda and CodeBuild name them as they write",
  },
  {
    pattern:
      /^serverless pusher_execution (?:PostToConnections|CloseSlowConsumers) .+\/(?:POST|DELETE)\/@connections\/\*$/,
    reason: "the connections of one stage: their ids come and go",
  },
  {
    pattern: /^serverless control_execution AnswerClients .+\/POST\/@connections\/\*$/,
    reason: "the same, for the answers to control frames",
  },
  {
    pattern: /^serverless limit CloseConnections .+\/DELETE\/@connections\/\*$/,
    reason: "the same, for the limit of a user's connections",
  },
  {
    pattern:
      /^serverless (authorizer|pusher)_(build_role|pipeline)\[?0?\]? (ReadSource|KeepArtifacts) \$\{var\.s3_artifacts\.arn\}\/\$\{substr\(.+, 0, 20\)\}\/\1\/\*$/,
    reason: "a pipeline's artifacts in its own folder: CodePipeline names them",
  },
  {
    pattern: /^serverless (authorizer|pusher)_build_role AskVersions \$\{aws_lambda_function\.\w+\[0\]\.arn\}:\*$/,
    reason: "one function's versions and alias: a release makes the next version",
  },
  {
    pattern:
      /^(serverless|key-policy) key (KeepLogs|KeepWhatTheTopicCouldNotDeliver|PublishNotifications(ForThisAccount)?) \*$/,
    reason: "in a key's own policy * is that key",
  },
  {
    pattern: /^serverless [a-z]+_tracing SendTraces \*$/,
    reason: "traces belong to no resource: AWS gives xray:PutTraceSegments and PutTelemetryRecords none",
  },
  {
    pattern:
      /^serverless [a-z]+_vpc MakeNetworkInterfaces arn:\$\{local\.partition\}:ec2:\$\{local\.region\}:\*:\*\/\*$/,
    reason: "network interfaces in this region: Lambda makes them, in subnets that may be another account's",
  },
  {
    pattern: /^serverless [a-z]+_vpc (SeeNetworkInterfaces|NotByTheFunctionItself) \*$/,
    reason: "what describes takes no resource in EC2, and what is refused is refused everywhere",
  },
  {
    pattern: /^global current WriteLogs \*$/,
    reason: "the account's role for API Gateway's logs: AWS refuses one that may do less than its managed policy",
  },
];

describe("the policies of all modules", () => {
  it("say exactly this, and nothing wider", () => {
    const expected = Object.entries(POLICIES).map(([where, lines]) => [
      where,
      lines.map((line) => (typeof line === "string" ? line : line[0])),
    ]);
    expect(policies()).toEqual(Object.fromEntries(expected));
  });

  it("are all policy documents: no policy is JSON in a string or one of AWS's own", () => {
    for (const module of MODULES) {
      const text = readFileSync(path.join(repositoryRoot, "modules", module, "main.tf.json"), "utf8");
      expect(text).not.toMatch(/iam::aws:policy|aws_iam_policy_attachment/);
      // The original's stay for the first apply of a move.
      const { resource = {} } = JSON.parse(text) as { resource?: Record<string, Record<string, unknown>> };
      const attached = Object.keys(resource.aws_iam_role_policy_attachment ?? {});
      expect(attached.filter((name) => !name.startsWith("original_"))).toEqual([]);
      const written = [...text.matchAll(/"(?:policy|assume_role_policy)": "(.*)"/g)].map(([, policy]) => policy);
      expect(written.filter((policy) => !policy?.startsWith("${data.aws_iam_policy_document."))).toEqual([]);
    }
    expect(all.length).toBeGreaterThan(25);
  });

  it("name every action that they allow: no wildcard, no negation", () => {
    const wide = allowed.filter(
      ({ actions = [], not_actions, not_resources }) =>
        actions.length === 0 ||
        actions.some((action) => action.includes("*")) ||
        not_actions !== undefined ||
        not_resources !== undefined,
    );
    expect(wide).toEqual([]);
  });

  it("name every resource, but where AWS leaves no other way", () => {
    const wide = all.flatMap(({ where, sid, resources = [] }) =>
      resources.filter((resource) => resource.includes("*")).map((resource) => `${where} ${sid} ${resource}`),
    );
    expect(wide.filter((one) => !WILDCARD_RESOURCES.some(({ pattern }) => pattern.test(one)))).toEqual([]);
    const unused = WILDCARD_RESOURCES.filter(({ pattern }) => !wide.some((one) => pattern.test(one)));
    expect(unused).toEqual([]);
  });

  it("let one service assume each role, under no condition that the service is not known to meet", () => {
    const met: Readonly<Record<string, readonly string[]>> = {
      // It sends neither source key.
      "apigateway.amazonaws.com": [],
      // Nobody has shown that it sends one.
      "codepipeline.amazonaws.com": [],
      // Which of its resources it names when it reads an event source is not known.
      "lambda.amazonaws.com": ["aws:SourceAccount"],
      "codebuild.amazonaws.com": ["aws:SourceAccount", "aws:SourceArn"],
    };
    expect(trusts.length).toBeGreaterThan(8);
    for (const { where, principals, condition = [] } of trusts) {
      const [{ type, identifiers } = { type: "", identifiers: [] }] = principals ?? [];
      const keys = condition.map(({ variable }) => variable);
      expect({ where, type, services: identifiers.length }).toEqual({ where, type: "Service", services: 1 });
      expect({ where, keys }).toEqual({ where, keys: met[identifiers[0] ?? ""] });
    }
  });

  it("let everyone of no account and no service in: only the owner, and a service for one source", () => {
    const open = allowed.filter(({ principals = [] }) =>
      principals.some(({ identifiers }) => identifiers.includes("*")),
    );
    expect(open.map(({ where, condition }) => ({ where, condition }))).toEqual(
      ["messages", "notifications"].map((topic) => ({
        where: `serverless ${topic}_topic`,
        condition: [
          {
            test: "StringEquals",
            variable: "AWS:SourceOwner",
            values: ["${local.account_id}"],
          },
        ],
      })),
    );
  });

  it("refuse whoever comes without TLS, at each queue and each topic", () => {
    const { resource = {} } = read("serverless");
    const withPolicy = [
      ...Object.values(resource.aws_sqs_queue_policy ?? {}),
      ...Object.values(resource.aws_sns_topic_policy ?? {}),
    ];
    const names = (type: string) => Object.keys(resource[type] ?? {}).map((name) => `${type}.${name}`);
    const guarded = refused
      .filter(({ principals }) => principals !== undefined)
      .flatMap(({ resources = [], principals, condition }) => {
        expect(principals).toEqual([{ type: "*", identifiers: ["*"] }]);
        expect(condition).toEqual([{ test: "Bool", variable: "aws:SecureTransport", values: ["false"] }]);
        return resources.map((arn) => readable(arn).replace("[0]", ""));
      });
    expect(guarded.sort()).toEqual([...names("aws_sqs_queue"), ...names("aws_sns_topic")].sort());
    expect(withPolicy.length).toBe(guarded.length);
  });

  it("let Lambda be invoked for one source of this account each: this API's authorizer, and the topic", () => {
    const permissions = Object.values(read("serverless").resource?.aws_lambda_permission ?? {});
    expect(
      permissions.map(({ principal, source_account, source_arn }) => ({ principal, source_account, source_arn })),
    ).toEqual([
      {
        principal: "apigateway.amazonaws.com",
        source_account: "${local.account_id}",
        source_arn:
          "${aws_apigatewayv2_api.websocket.execution_arn}/authorizers/${aws_apigatewayv2_authorizer.request.id}",
      },
      {
        principal: "sns.amazonaws.com",
        source_account: "${local.account_id}",
        source_arn: "${aws_sns_topic.notifications.arn}",
      },
    ]);
  });
});

describe("dead-letter queues", () => {
  it("keep for 14 days what the queues, the topic's subscription, the pusher and the stream could not deliver", () => {
    const { resource = {} } = read("serverless");
    const deadLetters = Object.entries(resource.aws_sqs_queue ?? {}).filter(([name]) => name.endsWith("_dlq"));
    const to = (value: unknown) => /aws_sqs_queue\.(\w+_dlq)/.exec(JSON.stringify(value))?.[1];
    const sources = [
      "aws_sqs_queue",
      "aws_sns_topic_subscription",
      "aws_lambda_function_event_invoke_config",
      "aws_lambda_event_source_mapping",
    ];
    const leads = sources.flatMap((type) =>
      Object.entries(resource[type] ?? {}).map(
        ([name, block]) => `${type}.${name} -> ${to(block.redrive_policy ?? block.destination_config)}`,
      ),
    );
    const targets = leads.flatMap((lead) => /-> (\w+_dlq)$/.exec(lead)?.[1] ?? []);
    expect(
      Object.fromEntries(deadLetters.map(([name, { message_retention_seconds }]) => [name, message_retention_seconds])),
    ).toEqual(Object.fromEntries(targets.map((name) => [name, 1_209_600])));
    expect(leads.filter((lead) => !/_dlq -> undefined$/.test(lead))).toEqual([
      "aws_sqs_queue.control_frames -> control_frames_dlq",
      "aws_sqs_queue.messages -> messages_dlq",
      "aws_sqs_queue.notifications -> notifications_dlq",
      "aws_sqs_queue.presence_grace -> presence_grace_dlq",
      "aws_sns_topic_subscription.notifications -> notifications_dlq",
      "aws_lambda_function_event_invoke_config.pusher_async -> notifications_dlq",
      // A queue that invokes a function has a redrive policy of its own.
      "aws_lambda_event_source_mapping.control -> undefined",
      "aws_lambda_event_source_mapping.notifications -> undefined",
      "aws_lambda_event_source_mapping.presence_grace -> undefined",
      "aws_lambda_event_source_mapping.presence_stream -> presence_dlq",
    ]);
  });
});
