import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { planText } from "../support/plan-text";
import { changes, describeWithTerraform, type Plan, TerraformWorkspace } from "../support/terraform";

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
    // The one warning is the mirror's: it has checksums for this platform only.
    expect((await workspace.init()).match(/Warning: .*/g)).toEqual([
      "Warning: Incomplete lock file information for providers",
    ]);
    expect(await workspace.terraform("validate", "-no-color")).toBe("Success! The configuration is valid.\n\n");
  }

  /** Applies the plan and finds nothing more to change. */
  async function applyAndStay(...args: string[]): Promise<void> {
    await workspace.apply();
    expect(changes(await workspace.plan(...args))).toEqual([]);
  }

  async function destroy(...args: string[]): Promise<void> {
    await workspace.terraform("destroy", "-no-color", "-input=false", "-auto-approve", ...args);
    expect((await workspace.terraform("state", "list")).trim()).toBe("");
  }

  it("the fewest inputs plan, apply, stay and go", async () => {
    await initialize("fewest");
    const plan = await workspace.plan();
    expect(planText(plan)).toMatchSnapshot();
    await applyAndStay();
    await destroy();
  });

  it("every input plans, applies, gives the outputs of the interface, stays and goes", async () => {
    await initialize("everything");
    const plan = await workspace.plan();
    expect(planText(plan)).toMatchSnapshot();
    await applyAndStay();
    const { sumu } = await workspace.outputs();
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
      websocket_url: "offline-invoke_url",
      kms_key_policy_json: expect.stringContaining('"Sid": "KeepLogs"'),
    });
    await destroy();
  });

  it("a key that the same apply creates encrypts everything, and stays", async () => {
    await initialize("encrypted");
    // The stand-in makes a key's ARN of its description.
    const file = path.join(workspace.path, "main.tf");
    writeFileSync(file, readFileSync(file, "utf8").replace('"What SUMU stores."', '"key/sumu"'));
    await workspace.plan();
    await workspace.apply();
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
    await destroy();
  });

  it("two environments by for_each have a key, a domain and alarms each: no cycle", async () => {
    await initialize("environments");
    // The stand-in makes a key's ARN of its description.
    const file = path.join(workspace.path, "main.tf");
    writeFileSync(file, readFileSync(file, "utf8").replace('"What SUMU stores: ${each.key}."', '"key/${each.key}"'));
    const plan = await workspace.plan();
    const created = (environment: string, type: string) =>
      changes(plan).filter((one) => one.type === type && one.address.includes(`["${environment}"]`)).length;
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
    expect((await workspace.outputs()).websocket_urls).toEqual({
      live: "wss://live.example.com/push",
      staging: "wss://live.staging.example.com/push",
    });
    await destroy();
  });

  it("presence_source decides by itself what of the watchdog exists", async () => {
    await initialize("everything");
    // With a limit the watchdog exists whatever presence_source says.
    const main = path.join(workspace.path, "main.tf");
    writeFileSync(main, readFileSync(main, "utf8").replace(/^ *max_connections_per_user .*\n/m, ""));
    const ofPresence = (plan: Plan) => addresses(plan).filter((address) => address.includes("presence"));

    const queue = await workspace.plan("-var", "presence_source=queue");
    const topic = await workspace.plan("-var", "presence_source=topic");
    expect(ofPresence(queue)).toEqual([
      "module.sumu.aws_cloudwatch_log_group.presence[0]",
      "module.sumu.aws_cloudwatch_metric_alarm.presence_destination_failures[0]",
      "module.sumu.aws_cloudwatch_metric_alarm.presence_dlq[0]",
      "module.sumu.aws_cloudwatch_metric_alarm.presence_errors[0]",
      "module.sumu.aws_cloudwatch_metric_alarm.presence_grace_dlq[0]",
      "module.sumu.aws_cloudwatch_metric_alarm.presence_iterator_age[0]",
      "module.sumu.aws_cloudwatch_metric_alarm.presence_throttles[0]",
      "module.sumu.aws_dynamodb_table.presence[0]",
      "module.sumu.aws_iam_role.presence_execution[0]",
      "module.sumu.aws_iam_role_policy.presence_execution[0]",
      "module.sumu.aws_iam_role_policy.presence_grace[0]",
      "module.sumu.aws_iam_role_policy.presence_tracing[0]",
      "module.sumu.aws_iam_role_policy.presence_vpc[0]",
      "module.sumu.aws_lambda_alias.presence[0]",
      "module.sumu.aws_lambda_event_source_mapping.presence_grace[0]",
      "module.sumu.aws_lambda_event_source_mapping.presence_stream[0]",
      "module.sumu.aws_lambda_function.presence[0]",
      "module.sumu.aws_sqs_queue.presence_dlq[0]",
      "module.sumu.aws_sqs_queue.presence_grace[0]",
      "module.sumu.aws_sqs_queue.presence_grace_dlq[0]",
      "module.sumu.aws_sqs_queue_policy.presence_dlq[0]",
      "module.sumu.aws_sqs_queue_policy.presence_grace_dlq[0]",
      "module.sumu.aws_sqs_queue_policy.presence_grace_queue[0]",
      "module.sumu.aws_sqs_queue_redrive_allow_policy.presence_grace_queue[0]",
    ]);
    expect(ofPresence(topic)).toEqual(ofPresence(queue));

    // The watchdog's role has both rights, so that the old version can send until the alias moves.
    await workspace.plan("-var", "presence_source=topic");
    await workspace.apply();
    const policy = await presencePolicy();
    expect(policy).toContain('"Action": "sns:Publish"');
    expect(policy).toContain('"Action": "sqs:SendMessage"');
    await workspace.plan("-var", "presence_source=queue");
    await workspace.apply();
    expect(await presencePolicy()).toBe(policy);

    const none = await workspace.plan("-var", "presence_source=none");
    expect(changes(none).map(({ address, change }) => `${change.actions.join("/")} ${address}`)).toEqual(
      ofPresence(queue).map((address) => `delete ${address}`),
    );
    await applyAndStay("-var", "presence_source=none");
    await destroy("-var", "presence_source=none");
  });

  async function presencePolicy(): Promise<string> {
    const shown = await workspace.terraform("state", "pull");
    const state = JSON.parse(shown) as {
      resources: { type: string; name: string; instances: { attributes: { policy?: string } }[] }[];
    };
    const found = state.resources.find(
      ({ type, name }) => type === "aws_iam_role_policy" && name === "presence_execution",
    );
    return found?.instances[0]?.attributes.policy ?? "";
  }

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
    expect(new Set(all).size).toBe(all.length);
    await applyAndStay();
    await destroy();
  });

  it("the module's providers have ranges and no configuration of their own", async () => {
    workspace = new TerraformWorkspace("modules/serverless");
    const providers = await workspace.terraform("providers");
    expect(providers).toContain("provider[registry.terraform.io/hashicorp/aws] >= 6.21.0, < 7.0.0");
    expect(providers).toContain("provider[registry.terraform.io/hashicorp/archive] >= 2.4.0, < 3.0.0");
  });
});
