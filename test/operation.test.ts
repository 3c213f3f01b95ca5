import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { SqsQueue } from "@cdktf/provider-aws/lib/sqs-queue";
import { TerraformVariable } from "cdktf";
import type { SumuProps } from "../src/inputs/sumu-props";
import { Sumu } from "../src/sumu";
import { type Block, only, pathOf, type SynthesizedStack, synthesize } from "./support/synthesize";
import { FEWEST, synthesizeSumu as sumu } from "./support/synthesize-sumu";

const KEY_ARN = "arn:aws:kms:eu-west-1:123456789012:key/0b1c2d3e-4f56-7890-abcd-ef0123456789";

const named = (name: string) => (block: Block) => block.name === name || block.function_name === name;

function blocks({ resource }: SynthesizedStack, type: string): readonly Block[] {
  return Object.values(resource[type] ?? {});
}

/** The sid of each statement, by the path of its document below the Sumu; those of a dynamic block too. */
function sids({ data }: SynthesizedStack, path: string): unknown[] {
  const found = Object.values(data.aws_iam_policy_document ?? {}).find((block) => pathOf(block) === `app/sumu/${path}`);
  const dynamic = found?.dynamic as { statement: { content: Block }[] } | undefined;
  return [
    ...((found?.statement ?? []) as Block[]).map(({ sid }) => sid),
    ...(dynamic?.statement ?? []).map(({ content }) => `dynamic ${content.sid}`),
  ];
}

describe("the capacity of a SUMU", () => {
  const settings = (stack: SynthesizedStack) => {
    const lambda = (name: string) => {
      const { memory_size, timeout, architectures, reserved_concurrent_executions } = only(
        stack.resource.aws_lambda_function,
        named(name),
      );
      return { memory_size, timeout, architectures, reserved_concurrent_executions };
    };
    const mapping = only(stack.resource.aws_lambda_event_source_mapping, ({ event_source_arn }) =>
      String(event_source_arn).includes("aws_sqs_queue"),
    );
    const queue = only(stack.resource.aws_sqs_queue, named("shop-sumu-integration-notifications"));
    const { default_route_settings } = only(stack.resource.aws_apigatewayv2_stage);
    return {
      authorizer: lambda("shop-sumu-authorizer-codeless"),
      pusher: lambda("shop-sumu-pusher-codeless"),
      presence: lambda("shop-sumu-presence"),
      batch_size: mapping.batch_size,
      scaling_config: mapping.scaling_config,
      dynamic: mapping.dynamic,
      visibility_timeout_seconds: queue.visibility_timeout_seconds,
      stage: default_route_settings,
    };
  };

  it("is what it was, with no limit on concurrency, when nothing is said", () => {
    const architectures = ["arm64"];
    expect(settings(sumu())).toEqual({
      authorizer: { memory_size: 512, timeout: 10, architectures },
      pusher: { memory_size: 1_024, timeout: 120, architectures },
      presence: { memory_size: 512, timeout: 60, architectures },
      batch_size: 10,
      visibility_timeout_seconds: 720,
      stage: { throttling_rate_limit: 10_000, throttling_burst_limit: 5_000, detailed_metrics_enabled: true },
    });
  });

  it("is what the props say, and the queue waits six times the pusher's time-out", () => {
    const architectures = ["x86_64"];
    const stack = sumu({
      architecture: "x86_64",
      authorizerMemoryMb: 256,
      authorizerReservedConcurrency: 50,
      pusherMemoryMb: 2_048,
      pusherTimeoutSeconds: 300,
      pusherBatchSize: 5,
      pusherMaximumConcurrency: 20,
      pusherReservedConcurrency: 30,
      presenceMemoryMb: 1_024,
      throttlingRateLimit: 500,
      throttlingBurstLimit: 250,
    });
    expect(settings(stack)).toEqual({
      authorizer: { memory_size: 256, timeout: 10, architectures, reserved_concurrent_executions: 50 },
      pusher: { memory_size: 2_048, timeout: 300, architectures, reserved_concurrent_executions: 30 },
      presence: { memory_size: 1_024, timeout: 60, architectures },
      batch_size: 5,
      scaling_config: { maximum_concurrency: 20 },
      visibility_timeout_seconds: 1_800,
      stage: { throttling_rate_limit: 500, throttling_burst_limit: 250, detailed_metrics_enabled: true },
    });
  });

  it("is Terraform's to compute where a prop is a variable", () => {
    const stack = sumu((scope) => ({
      pusherTimeoutSeconds: new TerraformVariable(scope, "timeout", { type: "number" }).numberValue,
      pusherMaximumConcurrency: new TerraformVariable(scope, "pushers", { type: "number" }).numberValue,
    }));
    expect(settings(stack)).toMatchObject({
      pusher: { timeout: "${var.timeout}" },
      visibility_timeout_seconds: "${(var.timeout * 6)}",
      dynamic: {
        scaling_config: {
          for_each: "${(var.pushers == null) ? [] : [var.pushers]}",
          content: { maximum_concurrency: "${scaling_config.value}" },
        },
      },
    });
  });

  it("builds a released handler for the architecture that it runs on", () => {
    const environment = (architecture?: string) =>
      blocks(
        sumu({
          architecture,
          s3Artifacts: { bucket: "shop-artifacts", arn: "arn:aws:s3:::shop-artifacts" },
          github: {
            owner: "shop",
            connectionArn: "arn:aws:codestar-connections:us-east-1:123456789012:connection/0b1c2d3e",
          },
        }),
        "aws_codebuild_project",
      ).map(({ environment: { type, image } = {} as never }: { environment?: { type: string; image: string } }) => ({
        type,
        image,
      }));
    const arm = { type: "ARM_CONTAINER", image: "aws/codebuild/amazonlinux-aarch64-standard:3.0" };
    const x86 = { type: "LINUX_CONTAINER", image: "aws/codebuild/amazonlinux-x86_64-standard:5.0" };
    expect(environment()).toEqual([arm, arm]);
    expect(environment("x86_64")).toEqual([x86, x86]);
  });
});

describe("encryption", () => {
  const encrypted = (stack: SynthesizedStack) => ({
    queues: blocks(stack, "aws_sqs_queue").map((queue) => [
      queue.sqs_managed_sse_enabled,
      queue.kms_master_key_id,
      queue.kms_data_key_reuse_period_seconds,
    ]),
    topics: blocks(stack, "aws_sns_topic").map(({ kms_master_key_id }) => kms_master_key_id),
    tables: blocks(stack, "aws_dynamodb_table").map(({ server_side_encryption }) => server_side_encryption),
    logs: blocks(stack, "aws_cloudwatch_log_group").map(({ kms_key_id }) => kms_key_id),
    functions: blocks(stack, "aws_lambda_function").map(({ kms_key_arn }) => kms_key_arn),
  });
  const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);

  it("is by the services' own keys without a key", () => {
    expect(encrypted(sumu())).toEqual({
      queues: times(5, [true, undefined, undefined]),
      topics: times(2, "alias/aws/sns"),
      tables: times(2, { enabled: false }),
      logs: times(4, undefined),
      functions: times(3, undefined),
    });
  });

  it("is by the key, everywhere, with one", () => {
    expect(encrypted(sumu({ kmsKeyArn: KEY_ARN }))).toEqual({
      queues: times(5, [undefined, KEY_ARN, 300]),
      topics: times(2, KEY_ARN),
      tables: times(2, { enabled: true, kms_key_arn: KEY_ARN }),
      logs: times(4, KEY_ARN),
      functions: times(3, KEY_ARN),
    });
  });

  it("is Terraform's to decide for a variable key, which may be null or not known yet", () => {
    const stack = sumu((scope) => ({
      kmsKeyArn: new TerraformVariable(scope, "key", { type: "string" }).stringValue,
    }));
    expect(encrypted(stack)).toEqual({
      queues: times(5, ["${(var.key != null) ? null : true}", "${var.key}", "${(var.key != null) ? 300 : null}"]),
      topics: times(2, '${coalesce(var.key, "alias/aws/sns")}'),
      tables: times(2, { enabled: "${(var.key != null)}", kms_key_arn: "${var.key}" }),
      logs: times(4, "${var.key}"),
      functions: times(3, "${var.key}"),
    });
    expect(blocks(stack, "aws_sqs_queue").filter(({ count }) => count !== undefined)).toEqual([]);
  });

  const roles = [
    ["gateway/gateway/policy_document", ["UseKeyOfTables", "UseKeyOfMessages"]],
    ["authorizer/authorizer/execution/policy_document", ["ReadOwnEnvironment"]],
    ["pusher/pusher/execution/policy_document", ["ReadOwnEnvironment", "UseKeyOfTables", "UseKeyOfMessages"]],
    ["presence/presence/execution/policy_document", ["ReadOwnEnvironment", "UseKeyOfTables", "UseKeyOfMessages"]],
  ] as const;

  it.each(roles)("lets the role of %s use the key, and only where there is one", (path, uses) => {
    const ofKey = (stack: SynthesizedStack) =>
      sids(stack, path).filter((sid) => /UseKey|Environment/.test(String(sid)));
    expect(ofKey(sumu())).toEqual([]);
    expect(ofKey(sumu({ kmsKeyArn: KEY_ARN }))).toEqual(uses);
    const variable = sumu((scope) => ({
      kmsKeyArn: new TerraformVariable(scope, "key", { type: "string" }).stringValue,
    }));
    expect(ofKey(variable)).toEqual(uses.map((sid) => `dynamic ${sid}`));
  });

  it("comes with each grant: whoever may send or read may use the key for it", () => {
    const stack = synthesize((scope) => {
      const backend = new IamRole(scope, "server", { name: "backend", assumeRolePolicy: "{}" });
      const construct = new Sumu(scope, "sumu", { ...FEWEST, kmsKeyArn: KEY_ARN });
      construct.grantSendNotifications(backend);
      construct.grantReceiveMessages(backend);
      construct.grantSubscribeMessages(backend);
      construct.grantReadConnections(backend);
      construct.grantReadPresence(backend);
    });
    const granted = Object.values(stack.data.aws_iam_policy_document ?? {}).flatMap((block) => {
      const [, what] = /^app\/sumu\/(\w+?)_c8\w+_policy_document$/.exec(pathOf(block)) ?? [];
      return what === undefined
        ? []
        : [
            [
              what,
              (block.statement as Block[])
                .filter(({ sid }) => sid === "UseKey")
                .map(({ actions, resources, condition }) => ({ actions, resources, condition })),
            ],
          ];
    });
    const use = (actions: string[], ...services: string[]) => [
      {
        actions,
        resources: [KEY_ARN],
        condition: [
          {
            test: "StringEquals",
            variable: "kms:ViaService",
            values: services.map((service) => expect.stringMatching(new RegExp(`^${service}\\..+\\.amazonaws\\.com$`))),
          },
        ],
      },
    ];
    expect(Object.fromEntries(granted)).toEqual({
      send_notifications: use(["kms:Decrypt", "kms:GenerateDataKey"], "sqs", "sns"),
      receive_messages: use(["kms:Decrypt"], "sqs"),
      subscribe_messages: [],
      read_connections: use(["kms:Decrypt", "kms:DescribeKey"], "dynamodb"),
      read_presence: use(["kms:Decrypt", "kms:DescribeKey"], "dynamodb"),
    });
  });

  it("offers what the key's policy must say to services, and depends on no key", () => {
    for (const stack of [sumu(), sumu({ kmsKeyArn: KEY_ARN })]) {
      expect(sids(stack, "encryption/key_policy_document")).toEqual(["KeepLogs", "KeepWhatTheTopicCouldNotDeliver"]);
    }
  });
});

it("deletionProtection keeps both tables from deletion", () => {
  const protection = (props?: Partial<SumuProps>) =>
    blocks(sumu(props), "aws_dynamodb_table").map(({ deletion_protection_enabled }) => deletion_protection_enabled);
  expect(protection()).toEqual([false, false]);
  expect(protection({ deletionProtection: true })).toEqual([true, true]);
});

describe("transform", () => {
  it("changes any resource by its path, and nothing else", () => {
    const transformed = sumu({
      transform: (element, path) => {
        if (element instanceof SqsQueue && path === "integration/messages/queue") {
          element.delaySeconds = 5;
          element.tags = { ...element.tagsInput, owner: "chat" };
        }
        if (path === "gateway/websocket") {
          element.addOverride("description", "Behind the chat.");
        }
      },
    });
    const plain = sumu();
    const expected = structuredClone(plain.resource) as Record<string, Record<string, Record<string, unknown>>>;
    const change = (type: string, path: string, values: object) =>
      Object.assign(
        Object.values(expected[type] ?? {}).find((block) => pathOf(block) === `app/sumu/${path}`) ?? {},
        values,
      );
    change("aws_sqs_queue", "integration/messages/queue", { delay_seconds: 5, tags: { stack: "sumu", owner: "chat" } });
    change("aws_apigatewayv2_stage", "gateway/websocket", { description: "Behind the chat." });
    expect(transformed.resource).toEqual(expected);
    expect(transformed.data).toEqual(plain.data);
  });

  it("sees every resource and data source, by a path of its own", () => {
    const seen: string[] = [];
    const { resource, data } = sumu({ transform: (_element, path) => seen.push(path) });
    const all = [resource, data].flatMap((types) =>
      Object.values(types).flatMap((blocksOfType) => Object.values(blocksOfType).map(pathOf)),
    );
    expect(seen.map((path) => `app/sumu/${path}`).sort()).toEqual(all.sort());
    expect(new Set(seen).size).toBe(seen.length);
  });
});
