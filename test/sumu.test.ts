import { DataAwsIamRole } from "@cdktf/provider-aws/lib/data-aws-iam-role";
import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { TerraformVariable, Token } from "cdktf";
import { Sumu } from "../src/sumu";
import { type Block, type Blocks, only, pathOf, type SynthesizedStack, synthesize } from "./support/synthesize";
import { FEWEST, synthesizeSumu as sumu } from "./support/synthesize-sumu";

const named = (name: string) => (block: Block) => block.name === name || block.function_name === name;

function environmentOf({ resource }: SynthesizedStack, functionName: string): Record<string, string> {
  const { environment } = only(resource.aws_lambda_function, named(functionName));
  return (environment as { variables: Record<string, string> }).variables;
}

/** A reference without the hash that makes it unique: `aws_sqs_queue.sumu_integration_messages_queue.arn`. */
function readable(text: string): string {
  return text.replace(/_[0-9A-F]{8}(?=[.}[])/g, "");
}

describe("Sumu with the fewest props", () => {
  const stack = sumu();

  it("gives every part its name by the prefix", () => {
    const names = (type: string) =>
      Object.values(stack.resource[type] ?? {}).map(({ name, function_name }) => name ?? function_name);
    expect(names("aws_sqs_queue").sort()).toEqual([
      "shop-sumu-integration-messages",
      "shop-sumu-integration-messages-dlq",
      "shop-sumu-integration-notifications",
      "shop-sumu-integration-notifications-dlq",
      "shop-sumu-presence-dlq",
    ]);
    expect(names("aws_sns_topic").sort()).toEqual([
      "shop-sumu-integration-messages",
      "shop-sumu-integration-notifications",
    ]);
    expect(names("aws_lambda_function").sort()).toEqual([
      "shop-sumu-authorizer-codeless",
      "shop-sumu-presence",
      "shop-sumu-pusher-codeless",
    ]);
    expect(names("aws_dynamodb_table").sort()).toEqual(["shop-sumu-connections", "shop-sumu-presence"]);
    expect(names("aws_apigatewayv2_api")).toEqual(["shop-sumu-gw-ws-api"]);
    expect(names("aws_iam_role").sort()).toEqual([
      "shop-sumu",
      "shop-sumu-run-authorizer",
      "shop-sumu-run-presence",
      "shop-sumu-run-pusher",
    ]);
    expect(names("aws_cloudwatch_log_group").sort()).toEqual([
      "/sumu/shop-sumu-authorizer-codeless",
      "/sumu/shop-sumu-presence",
      "/sumu/shop-sumu-pusher-codeless",
      "shop-sumu-gw-access",
    ]);
  });

  it("has a connections table with a TTL on a Number, a stream of keys and point-in-time recovery", () => {
    expect(only(stack.resource.aws_dynamodb_table, named("shop-sumu-connections"))).toEqual({
      name: "shop-sumu-connections",
      billing_mode: "PAY_PER_REQUEST",
      hash_key: "user_id",
      range_key: "connection_id",
      attribute: [
        { name: "user_id", type: "S" },
        { name: "connection_id", type: "S" },
      ],
      ttl: { attribute_name: "delete_at", enabled: true },
      stream_enabled: true,
      stream_view_type: "KEYS_ONLY",
      point_in_time_recovery: { enabled: true },
      server_side_encryption: { enabled: false },
      deletion_protection_enabled: false,
      tags: { stack: "sumu" },
    });
  });

  it.each(["messages", "notifications"])(
    "has a queue %s with the documented settings and a dead-letter queue",
    (name) => {
      const queue = only(stack.resource.aws_sqs_queue, named(`shop-sumu-integration-${name}`));
      const { redrive_policy, ...settings } = queue;
      expect(settings).toEqual({
        name: `shop-sumu-integration-${name}`,
        message_retention_seconds: 345_600,
        visibility_timeout_seconds: 720,
        receive_wait_time_seconds: 0,
        max_message_size: 262_144,
        sqs_managed_sse_enabled: true,
        tags: { stack: "sumu" },
      });
      expect(readable(String(redrive_policy))).toBe(
        `\${jsonencode({"deadLetterTargetArn" = aws_sqs_queue.sumu_integration_${name}_dlq.arn, "maxReceiveCount" = 5})}`,
      );
      expect(only(stack.resource.aws_sqs_queue, named(`shop-sumu-integration-${name}-dlq`))).toMatchObject({
        message_retention_seconds: 1_209_600,
      });
    },
  );

  it("has dead-letter queues that take 1 MiB, so that a reason or an envelope fits beside the largest message", () => {
    const graceful = synthesize((scope) => {
      new Sumu(scope, "sumu", {
        prefix: "shop",
        stageName: "live",
        issuerJwksUri: "https://issuer.example.com/jwks.json",
        presenceGraceSeconds: 30,
      });
    });
    const letters = Object.values(graceful.resource.aws_sqs_queue ?? {}).filter(({ name }) =>
      String(name).endsWith("-dlq"),
    );
    expect(letters.map(({ name, max_message_size }) => [name, max_message_size]).sort()).toEqual(
      [
        "shop-sumu-integration-messages-dlq",
        "shop-sumu-integration-notifications-dlq",
        "shop-sumu-presence-dlq",
        "shop-sumu-presence-grace-dlq",
      ].map((name) => [name, 1_048_576]),
    );
  });

  it.each([
    ["shop-sumu-authorizer-codeless", 10, 512],
    ["shop-sumu-pusher-codeless", 120, 1_024],
    ["shop-sumu-presence", 60, 512],
  ])("runs %s as a published version on Node 24, logs to its own group", (name, timeout, memory) => {
    expect(only(stack.resource.aws_lambda_function, named(name))).toMatchObject({
      runtime: "nodejs24.x",
      architectures: ["arm64"],
      handler: "index.handler",
      publish: true,
      timeout,
      memory_size: memory,
      logging_config: { log_format: "Text", log_group: expect.stringContaining("aws_cloudwatch_log_group.") },
    });
    const alias = Object.values(stack.resource.aws_lambda_alias ?? {}).find(({ function_name }) =>
      String(function_name).includes(
        name.includes("presence") ? "presence" : name.includes("pusher") ? "pusher" : "authorizer",
      ),
    );
    expect(alias).toMatchObject({ name: "latest", function_version: expect.stringMatching(/\.version\}$/) });
  });

  it("everything that invokes a function does so through the alias", () => {
    const through = [
      ...Object.values(stack.resource.aws_lambda_event_source_mapping ?? {}).map(({ function_name }) => function_name),
      ...Object.values(stack.resource.aws_sns_topic_subscription ?? {}).map(({ endpoint }) => endpoint),
      ...Object.values(stack.resource.aws_apigatewayv2_authorizer ?? {}).map(({ authorizer_uri }) => authorizer_uri),
    ].map((reference) => readable(String(reference)));
    expect(through.sort()).toEqual([
      "${aws_lambda_alias.sumu_authorizer_alias.invoke_arn}",
      "${aws_lambda_alias.sumu_presence_alias.arn}",
      "${aws_lambda_alias.sumu_pusher_alias.arn}",
      expect.stringMatching(/^arn:.+:function:shop-sumu-pusher-codeless:latest$/),
    ]);
    for (const permission of Object.values(stack.resource.aws_lambda_permission ?? {})) {
      expect(permission).toMatchObject({
        qualifier: expect.stringContaining("aws_lambda_alias."),
        source_account: expect.stringMatching(/^\$\{local\.sumu_account_account_id_\w{8}\}$/),
        source_arn: expect.any(String),
      });
    }
  });

  it("hands the handlers their environment under the original's names", () => {
    const authorizer = environmentOf(stack, "shop-sumu-authorizer-codeless");
    expect({ ...authorizer, AUTHORIZED_APIS: readable(authorizer.AUTHORIZED_APIS ?? "") }).toEqual({
      AUTHORIZED_APIS: "${aws_apigatewayv2_api.sumu_api_websocket.execution_arn}/live",
      JWT_ISSUER_JWKS_URI: "https://issuer.example.com/jwks.json",
      JWT_AUTHORIZED_AUDIENCES: "",
      JWT_AUTHORIZED_ISSUER: "",
      JWT_VERIFY_EXPIRATION: "true",
      JWT_CLOCK_TOLERANCE_SECONDS: "0",
      LOG_LEVEL: "info",
      SUMU_STACK: "shop-sumu",
    });
    const pusher = environmentOf(stack, "shop-sumu-pusher-codeless");
    expect(Object.fromEntries(Object.entries(pusher).map(([name, value]) => [name, readable(value)]))).toEqual({
      APIGW_ENDPOINT:
        '${join("/", [replace(aws_apigatewayv2_api.sumu_api_websocket.api_endpoint, "wss://", "https://"), "live"])}',
      CONNECTIONS_TABLE_NAME: "${aws_dynamodb_table.sumu_connections.name}",
      NOTIFICATIONS_QUEUE_URL: "${aws_sqs_queue.sumu_integration_notifications_queue.url}",
      NOTIFICATIONS_DLQ_URL: "${aws_sqs_queue.sumu_integration_notifications_dlq.url}",
      DELIVERY_CONCURRENCY: "64",
      READ_CONCURRENCY: "16",
      BROADCAST_SEGMENTS: "2",
      LOG_LEVEL: "info",
      SUMU_STACK: "shop-sumu",
    });
    expect(environmentOf(stack, "shop-sumu-presence")).toMatchObject({
      PRESENCE_SOURCE: "topic",
      PRESENCE_GRACE_SECONDS: "0",
      PRESENCE_GRACE_QUEUE_URL: "",
      PRESENCE_DLQ_URL: expect.stringContaining("sumu_presence_presence_dlq"),
    });
  });

  it("tags every resource that can carry tags", () => {
    const taggable = [
      "aws_apigatewayv2_api",
      "aws_apigatewayv2_stage",
      "aws_cloudwatch_log_group",
      "aws_dynamodb_table",
      "aws_iam_role",
      "aws_lambda_event_source_mapping",
      "aws_lambda_function",
      "aws_sns_topic",
      "aws_sqs_queue",
    ];
    const tagged = sumu({ commonTags: { team: "web" } });
    for (const type of taggable) {
      for (const block of Object.values(tagged.resource[type] ?? {})) {
        expect({ type, tags: block.tags }).toEqual({ type, tags: { team: "web", stack: "sumu" } });
      }
    }
  });
});

// Every right of every role is in test/module/expected-policies.ts.
describe("presenceSource", () => {
  const ofPresence = ({ resource, data }: SynthesizedStack) =>
    [resource, data].flatMap((blocks: Blocks) =>
      Object.values(blocks).flatMap((named) =>
        Object.values(named).filter((block) => pathOf(block).startsWith("app/sumu/presence/")),
      ),
    );

  it("as a literal that is neither topic nor queue leaves no watchdog and no rights", () => {
    expect(ofPresence(sumu({ presenceSource: "stream" }))).toEqual([]);
  });

  it("as a literal topic or queue makes a watchdog without a count", () => {
    for (const presenceSource of ["topic", "queue"]) {
      const blocks = ofPresence(sumu({ presenceSource }));
      expect(blocks.length).toBeGreaterThan(8);
      expect(blocks.filter(({ count }) => count !== undefined)).toEqual([]);
    }
  });

  it("as a variable gives every part of the watchdog the same count", () => {
    const stack = synthesize((scope) => {
      const presenceSource = new TerraformVariable(scope, "presence", { type: "string" }).stringValue;
      new Sumu(scope, "sumu", { ...FEWEST, presenceSource });
    });
    const blocks = ofPresence(stack).filter((block) => block.type !== "zip");
    expect(blocks.length).toBeGreaterThan(8);
    expect(new Set(blocks.map(({ count }) => count))).toEqual(
      new Set(['${contains(["topic", "queue"], var.presence) ? 1 : 0}']),
    );
  });

  it("with a grace has a queue in which OFFLINE waits", () => {
    const stack = sumu({ presenceGraceSeconds: 30 });
    expect(environmentOf(stack, "shop-sumu-presence")).toMatchObject({
      PRESENCE_GRACE_SECONDS: "30",
      PRESENCE_GRACE_QUEUE_URL: expect.stringContaining("aws_sqs_queue."),
    });
    expect(only(stack.resource.aws_sqs_queue, named("shop-sumu-presence-grace"))).toMatchObject({
      visibility_timeout_seconds: 720,
    });
  });
});

describe("tokens", () => {
  it("pass through where a literal would be refused, and reach the resources as references", () => {
    const stack = synthesize((scope) => {
      const text = (name: string) => new TerraformVariable(scope, name, { type: "string" }).stringValue;
      const list = new TerraformVariable(scope, "audiences", { type: "list(string)" }).listValue;
      const number = new TerraformVariable(scope, "tolerance", { type: "number" }).numberValue;
      const flag = new TerraformVariable(scope, "expiration", { type: "bool" }).booleanValue;
      const tags = new TerraformVariable(scope, "tags", { type: "map(string)" }).value;
      new Sumu(scope, "sumu", {
        prefix: text("prefix"),
        stageName: text("stage"),
        issuerJwksUri: text("issuer"),
        apigwEndpoint: text("endpoint"),
        authorizedAudiences: list,
        tokenClockToleranceSeconds: number,
        verifyTokenExpiration: flag,
        commonTags: Token.asStringMap(tags),
      });
    });
    expect(environmentOf(stack, "${var.prefix}-sumu-authorizer-codeless")).toMatchObject({
      JWT_AUTHORIZED_AUDIENCES: '${join(",", var.audiences)}',
      JWT_CLOCK_TOLERANCE_SECONDS: "${var.tolerance}",
      JWT_ISSUER_JWKS_URI: "${var.issuer}",
      JWT_VERIFY_EXPIRATION: "${var.expiration}",
    });
    expect(readable(environmentOf(stack, "${var.prefix}-sumu-pusher-codeless").APIGW_ENDPOINT ?? "")).toBe(
      '${coalesce(var.endpoint, join("/", [replace(aws_apigatewayv2_api.sumu_api_websocket.api_endpoint, "wss://", "https://"), var.stage]))}',
    );
    expect(only(stack.resource.aws_apigatewayv2_api).tags).toMatch(/^\$\{local\.sumu_tags_\w{8}\}$/);
  });
});

describe("two SUMUs in one stack", () => {
  it("live side by side, with no name in common", () => {
    const { resource } = synthesize((scope) => {
      new Sumu(scope, "shop", FEWEST);
      new Sumu(scope, "blog", { ...FEWEST, prefix: "blog" });
    });
    const names = Object.values(resource.aws_sqs_queue ?? {}).map(({ name }) => name);
    expect(names.length).toBe(10);
    expect(new Set(names).size).toBe(10);
  });
});

describe("grants", () => {
  const granted = (grant: (sumu: Sumu, role: IamRole) => void) => {
    const stack = sumu({}, (construct, scope) => {
      grant(construct, new IamRole(scope, "sender", { assumeRolePolicy: "{}" }));
    });
    const policy = Object.values(stack.resource.aws_iam_role_policy ?? {}).find(
      ({ role }) => role === "${aws_iam_role.sender.id}",
    );
    const document = /data\.aws_iam_policy_document\.(\w+)\.json/.exec(String(policy?.policy))?.[1] ?? "";
    const { statement } = stack.data.aws_iam_policy_document?.[document] ?? {};
    return (statement as Block[]).map(({ actions, resources }) => [actions, (resources as string[]).map(readable)]);
  };

  it("grantSendNotifications lets a role notify by topic and queue", () => {
    expect(granted((construct, role) => construct.grantSendNotifications(role))).toEqual([
      [["sns:Publish"], ["${aws_sns_topic.sumu_integration_notifications_topic.arn}"]],
      [["sqs:SendMessage"], ["${aws_sqs_queue.sumu_integration_notifications_queue.arn}"]],
    ]);
  });

  it("grantReceiveMessages lets a role take messages", () => {
    expect(granted((construct, role) => construct.grantReceiveMessages(role))).toEqual([
      [
        ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility", "sqs:GetQueueAttributes"],
        ["${aws_sqs_queue.sumu_integration_messages_queue.arn}"],
      ],
    ]);
  });

  it("grantFollowConnections lets a role read the stream, not the table", () => {
    expect(granted((construct, role) => construct.grantFollowConnections(role))).toEqual([
      [
        ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams"],
        ["${aws_dynamodb_table.sumu_connections.stream_arn}"],
      ],
    ]);
  });

  it("twice to one role are one policy, to another role another", () => {
    const stack = sumu({}, (construct, scope) => {
      const [one, other] = ["one", "other"].map((id) => new IamRole(scope, id, { assumeRolePolicy: "{}" }));
      if (one === undefined || other === undefined) throw new Error("There are two.");
      expect(construct.grantSendNotifications(one)).toBe(construct.grantSendNotifications(one));
      construct.grantSendNotifications(other);
    });
    const granting = Object.values(stack.resource.aws_iam_role_policy ?? {}).filter(
      ({ name_prefix }) => name_prefix === "sumu-",
    );
    expect(granting.map(({ role }) => role).sort()).toEqual(["${aws_iam_role.one.id}", "${aws_iam_role.other.id}"]);
  });

  it("go to a role that was there before as well", () => {
    const stack = sumu({}, (construct, scope) => {
      construct.grantSendNotifications(new DataAwsIamRole(scope, "backend_role", { name: "backend" }));
    });
    const granting = only(stack.resource.aws_iam_role_policy, ({ name_prefix }) => name_prefix === "sumu-");
    expect(granting.role).toBe("${data.aws_iam_role.backend_role.id}");
  });

  it("grantReadConnections and grantReadPresence let a role see who is there", () => {
    expect(granted((construct, role) => construct.grantReadConnections(role))).toEqual([
      [["dynamodb:GetItem", "dynamodb:Query", "dynamodb:Scan"], ["${aws_dynamodb_table.sumu_connections.arn}"]],
    ]);
    expect(granted((construct, role) => construct.grantReadPresence(role))).toEqual([
      [
        ["dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Scan"],
        ["${aws_dynamodb_table.sumu_presence_presence_table.arn}"],
      ],
    ]);
  });

  it("grantStream lets a role find users' connections and post to them, and no more", () => {
    expect(granted((construct, role) => construct.grantStream(role))).toEqual([
      [["dynamodb:Query"], ["${aws_dynamodb_table.sumu_connections.arn}"]],
      [
        ["execute-api:ManageConnections"],
        ["${aws_apigatewayv2_api.sumu_api_websocket.execution_arn}/live/POST/@connections/*"],
      ],
    ]);
  });

  it("grantReadPresence rejects a SUMU without a watchdog", () => {
    expect(() =>
      sumu({ presenceSource: "none" }, (construct, scope) => {
        construct.grantReadPresence(new IamRole(scope, "sender", { assumeRolePolicy: "{}" }));
      }),
    ).toThrow('There is no presence table to read: presenceSource is neither "topic" nor "queue".');
  });
});
