import { readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type Body, toHcl } from "../../scripts/scan/to-hcl";
import { planText } from "../support/plan-text";
import { describeWithTerraform } from "../support/terraform";
import { changes, type Plan } from "../support/terraform-plan";
import { TerraformWorkspace } from "../support/terraform-workspace";

jest.setTimeout(300_000);

function addresses(plan: Plan): string[] {
  return changes(plan).map(({ address }) => address);
}

function names(plan: Plan): string[] {
  return changes(plan).flatMap(({ type, change: { after } }) =>
    ["name", "function_name"]
      .map((argument) => after?.[argument])
      // An alias and a role's inline policy are named within their function or role, a stage within its API.
      .filter((name) => !["aws_lambda_alias", "aws_iam_role_policy", "aws_apigatewayv2_stage"].includes(type) && name)
      .map((name) => `${type} ${name}`),
  );
}

describeWithTerraform("examples/hcl", () => {
  let workspace: TerraformWorkspace;
  afterEach(() => workspace.remove());

  async function initialize(example = ""): Promise<void> {
    workspace = new TerraformWorkspace(`examples/hcl/${example}`);
    await workspace.init();
  }

  /** Applies the plan and finds nothing more to change. */
  async function applyAndStay(...args: string[]): Promise<void> {
    await workspace.apply();
    await workspace.expectNoChange(...args);
  }

  /** The plan of the module as the scanner gets it, whose main.tf.json is then there again. */
  async function planInNativeSyntax(): Promise<Plan> {
    const folder = path.join(workspace.path, "..", "..", "..", "modules", "serverless");
    const [json, native] = [path.join(folder, "main.tf.json"), path.join(folder, "main.tf")];
    const main = readFileSync(json, "utf8");
    rmSync(json);
    writeFileSync(native, toHcl(JSON.parse(main) as Body));
    const plan = await workspace.plan();
    rmSync(native);
    writeFileSync(json, main);
    return plan;
  }

  /** Plans the end: Terraform finds an order in which every resource can be deleted. */
  async function canGo(): Promise<void> {
    const planned = await workspace.planActions("-destroy", "-refresh=false");
    const made = workspace.state.resources.filter(({ mode }) => mode === "managed");
    expect(planned).toHaveLength(made.flatMap(({ instances }) => instances).length);
    expect(new Set(planned.map(({ action }) => action))).toEqual(new Set(["delete"]));
  }

  /** Of the example with every input, when it is applied: presence_source decides by itself what of the watchdog exists. */
  async function presenceSourceDecides(): Promise<void> {
    // With a limit or with channels the watchdog exists whatever presence_source says.
    const main = path.join(workspace.path, "main.tf");
    const text = readFileSync(main, "utf8").replace(/^ *max_connections_per_user .*\n/m, "");
    writeFileSync(main, text.replace(/^ {2}channels = \{\n(?: {4}.*\n)* {2}\}\n/m, ""));

    await workspace.applyAtOnce("-var", "presence_source=topic");
    // The watchdog's role has both rights, so that the old version can send until the alias moves.
    const role = workspace.state.resources.find(
      ({ type, name }) => type === "aws_iam_role_policy" && name === "presence_execution",
    );
    const policy = role?.instances[0]?.attributes.policy;
    expect(policy).toContain('"Action": "sns:Publish"');
    expect(policy).toContain('"Action": "sqs:SendMessage"');
    // For the queue it is the same watchdog, and the role stays as it is.
    const queue = await workspace.planActions("-var", "presence_source=queue");
    expect(new Set(queue.map(({ action }) => action))).toEqual(new Set(["update"]));
    expect(queue.filter(({ type }) => type === "aws_iam_role_policy")).toEqual([]);

    const none = await workspace.planActions("-var", "presence_source=none");
    expect(none.map(({ action, address }) => `${action} ${address}`)).toEqual(
      [
        "aws_cloudwatch_log_group.presence[0]",
        "aws_cloudwatch_metric_alarm.presence_destination_failures[0]",
        "aws_cloudwatch_metric_alarm.presence_dlq[0]",
        "aws_cloudwatch_metric_alarm.presence_errors[0]",
        "aws_cloudwatch_metric_alarm.presence_grace_dlq[0]",
        "aws_cloudwatch_metric_alarm.presence_iterator_age[0]",
        "aws_cloudwatch_metric_alarm.presence_throttles[0]",
        "aws_dynamodb_table.presence[0]",
        "aws_iam_role.presence_execution[0]",
        "aws_iam_role_policy.presence_execution[0]",
        "aws_iam_role_policy.presence_grace[0]",
        "aws_iam_role_policy.presence_tracing[0]",
        "aws_iam_role_policy.presence_vpc[0]",
        "aws_lambda_alias.presence[0]",
        "aws_lambda_event_source_mapping.presence_grace[0]",
        "aws_lambda_event_source_mapping.presence_stream[0]",
        "aws_lambda_function.presence[0]",
        "aws_sqs_queue.presence_dlq[0]",
        "aws_sqs_queue.presence_grace[0]",
        "aws_sqs_queue.presence_grace_dlq[0]",
        "aws_sqs_queue_policy.presence_dlq[0]",
        "aws_sqs_queue_policy.presence_grace_dlq[0]",
        "aws_sqs_queue_policy.presence_grace_queue[0]",
        "aws_sqs_queue_redrive_allow_policy.presence_grace_queue[0]",
      ].map((address) => `delete module.sumu.${address}`),
    );
    await applyAndStay("-var", "presence_source=none");
  }

  it("every input plans the same in native syntax, applies, gives the outputs of the interface, stays and goes; presence_source decides what of the watchdog exists", async () => {
    await initialize("everything");
    const inNativeSyntax = await planInNativeSyntax();
    const plan = await workspace.plan();
    expect(planText(plan)).toMatchSnapshot();
    // The scanner sees the module.
    expect(inNativeSyntax.resource_changes).toEqual(plan.resource_changes);
    expect(plan.resource_changes?.length).toBeGreaterThan(80);
    await applyAndStay();
    const { sumu } = workspace.outputs;
    const queue = (name: string) => ({
      arn: `arn:aws:sqs:us-east-1:123456789012:${name}`,
      name,
      url: `https://sqs.us-east-1.amazonaws.com/123456789012/${name}`,
    });
    const topic = (name: string) => ({ arn: `arn:aws:sns:us-east-1:123456789012:${name}`, name });
    expect(sumu).toEqual({
      ws_api_id: "offline-shop-staging-sumu-gw-ws-api",
      ws_api_stage_name: "mvp",
      notifications: {
        topic: topic("shop-staging-sumu-integration-notifications"),
        queue: queue("shop-staging-sumu-integration-notifications"),
      },
      messages: {
        topic: topic("shop-staging-sumu-integration-messages"),
        queue: queue("shop-staging-sumu-integration-messages"),
      },
      connections_table: {
        name: "SumuConnections",
        arn: "arn:aws:dynamodb:us-east-1:123456789012:table/SumuConnections",
        stream_arn: "arn:aws:dynamodb:us-east-1:123456789012:table/SumuConnections/stream/2026-01-01T00:00:00.000",
      },
      presence_table: {
        name: "shop-staging-sumu-presence",
        arn: "arn:aws:dynamodb:us-east-1:123456789012:table/shop-staging-sumu-presence",
      },
      revocations_table: {
        name: "shop-staging-sumu-revocations",
        arn: "arn:aws:dynamodb:us-east-1:123456789012:table/shop-staging-sumu-revocations",
      },
      history_table: {
        name: "shop-staging-sumu-history",
        arn: "arn:aws:dynamodb:us-east-1:123456789012:table/shop-staging-sumu-history",
      },
      subscriptions_table: {
        name: "shop-staging-sumu-subscriptions",
        arn: "arn:aws:dynamodb:us-east-1:123456789012:table/shop-staging-sumu-subscriptions",
      },
      websocket_url: "offline-invoke_url",
      kms_key_policy_json: expect.stringContaining('"Sid": "KeepLogs"'),
    });
    await presenceSourceDecides();
    await workspace.destroy();
    expect(workspace.state.resources).toEqual([]);
  });

  it("a key that the same apply creates encrypts everything, and stays", async () => {
    await initialize("encrypted");
    // The stand-in makes a key's ARN of its description.
    const file = path.join(workspace.path, "main.tf");
    writeFileSync(file, readFileSync(file, "utf8").replace('"What SUMU stores."', '"key/sumu"'));
    await workspace.applyAtOnce();
    const plan = await workspace.plan();
    expect(changes(plan)).toEqual([]);
    const key = "arn:aws:kms:us-east-1:123456789012:key/sumu";
    const values = (type: string, argument: string) =>
      (plan.resource_changes ?? []).flatMap(({ type: own, change: { after } }) =>
        own === type ? [JSON.stringify(after?.[argument])] : [],
      );
    const given = {
      queues: values("aws_sqs_queue", "kms_master_key_id"),
      topics: values("aws_sns_topic", "kms_master_key_id"),
      tables: values("aws_dynamodb_table", "server_side_encryption"),
      logs: values("aws_cloudwatch_log_group", "kms_key_id"),
      functions: values("aws_lambda_function", "kms_key_arn"),
    };
    const times = (count: number, value: unknown) => Array.from({ length: count }, () => JSON.stringify(value));
    expect(given).toEqual({
      queues: times(5, key),
      topics: times(2, key),
      tables: times(2, [{ enabled: true, kms_key_arn: key }]),
      logs: times(4, key),
      functions: times(3, key),
    });
    const policies = values("aws_iam_role_policy", "policy").map((policy) => JSON.parse(JSON.parse(policy)));
    expect(policies.map(({ Statement }) => JSON.stringify(Statement).includes(`"Resource":"${key}"`))).toEqual([
      true,
      true,
      true,
      true,
    ]);
  });

  it("two environments by for_each have a key, a domain and alarms each: no cycle", async () => {
    await initialize("environments");
    // The stand-in makes a key's ARN of its description.
    const file = path.join(workspace.path, "main.tf");
    writeFileSync(file, readFileSync(file, "utf8").replace('"What SUMU stores: ${each.key}."', '"key/${each.key}"'));
    const planned = await workspace.planActions();
    const created = (environment: string, type: string) =>
      planned.filter((one) => one.type === type && one.address.includes(`["${environment}"]`)).length;
    for (const environment of ["live", "staging"]) {
      expect([
        created(environment, "aws_kms_key"),
        created(environment, "aws_apigatewayv2_domain_name"),
        created(environment, "aws_apigatewayv2_api_mapping"),
        created(environment, "aws_sns_topic"),
      ]).toEqual([1, 1, 1, 3]);
      expect(created(environment, "aws_cloudwatch_metric_alarm")).toBeGreaterThan(10);
    }
    await applyAndStay();
    expect(workspace.outputs.websocket_urls).toEqual({
      live: "wss://live.example.com/push",
      staging: "wss://live.staging.example.com/push",
    });
    await canGo();
  });

  it("for_each gives two SUMUs with no name in common", async () => {
    await initialize();
    const plan = await workspace.plan();
    const [blog, shop] = ['module.sumu["blog"]', 'module.sumu["shop"]'].map((instance) =>
      addresses(plan)
        .filter((address) => address.startsWith(instance))
        .map((address) => address.slice(instance.length)),
    );
    expect(blog).toEqual(shop);
    expect(blog?.length).toBeGreaterThan(50);
    const all = names(plan);
    expect(all.filter((name) => / (blog|shop)-sumu| \/sumu\/(blog|shop)-sumu/.test(name))).toEqual(all);
    // The example with two environments applies two SUMUs by for_each.
    expect(new Set(all).size).toBe(all.length);
  });

  it("the module's providers have ranges and no configuration of their own", async () => {
    workspace = new TerraformWorkspace("modules/serverless");
    const providers = await workspace.terraform("providers");
    expect(providers).toContain("provider[registry.terraform.io/hashicorp/aws] >= 6.21.0, < 7.0.0");
    expect(providers).toContain("provider[registry.terraform.io/hashicorp/archive] >= 2.4.0, < 3.0.0");
  });
});
