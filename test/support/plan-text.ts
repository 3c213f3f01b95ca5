import { changes, type Plan, type PlannedChange } from "./terraform-plan";

/** The arguments that a reviewer of a plan looks at, by type; a type without an entry shows its name alone. */
const KEY_ARGUMENTS: Readonly<Record<string, readonly string[]>> = {
  aws_apigatewayv2_api: ["protocol_type", "route_selection_expression"],
  aws_apigatewayv2_authorizer: ["authorizer_type", "identity_sources"],
  aws_apigatewayv2_integration: [
    "integration_type",
    "integration_uri",
    "passthrough_behavior",
    "template_selection_expression",
  ],
  aws_apigatewayv2_integration_response: ["integration_response_key"],
  aws_apigatewayv2_route: ["route_key", "authorization_type", "route_response_selection_expression"],
  aws_apigatewayv2_route_response: ["route_response_key"],
  aws_apigatewayv2_stage: ["auto_deploy", "default_route_settings"],
  aws_apigatewayv2_api_mapping: ["api_mapping_key", "stage"],
  aws_apigatewayv2_domain_name: ["domain_name_configuration"],
  aws_cloudwatch_log_group: ["retention_in_days"],
  aws_codebuild_project: ["build_timeout", "environment"],
  aws_codepipeline: ["pipeline_type", "execution_mode", "artifact_store", "stage", "trigger"],
  aws_codestarnotifications_notification_rule: ["detail_type", "event_type_ids", "target"],
  aws_dynamodb_table: ["billing_mode", "hash_key", "range_key", "stream_view_type", "ttl", "point_in_time_recovery"],
  aws_lambda_alias: [],
  aws_lambda_event_source_mapping: [
    "batch_size",
    "maximum_batching_window_in_seconds",
    "function_response_types",
    "starting_position",
    "parallelization_factor",
    "bisect_batch_on_function_error",
    "maximum_retry_attempts",
    "maximum_record_age_in_seconds",
  ],
  aws_lambda_function: [
    "runtime",
    "architectures",
    "handler",
    "memory_size",
    "timeout",
    "vpc_config",
    "publish",
    "environment",
    "logging_config",
  ],
  aws_lambda_function_event_invoke_config: ["maximum_retry_attempts"],
  aws_lambda_permission: ["principal", "source_account", "qualifier"],
  aws_route53_record: ["type", "zone_id", "alias"],
  aws_sns_topic_subscription: ["protocol"],
  aws_sqs_queue: [
    "message_retention_seconds",
    "visibility_timeout_seconds",
    "receive_wait_time_seconds",
    "max_message_size",
    "sqs_managed_sse_enabled",
  ],
};

const NAMES = ["name", "function_name", "alarm_name", "statement_id_prefix", "tags"];

/** A plan as text for a golden: address, action and key arguments of what changes, in the order of addresses. */
export function planText(plan: Plan): string {
  return [...changes(plan)]
    .sort((a, b) => (a.address < b.address ? -1 : 1))
    .map(changeText)
    .join("\n");
}

function changeText({ address, type, change }: PlannedChange): string {
  const shown = [...NAMES, ...(KEY_ARGUMENTS[type] ?? [])]
    .filter((argument) => isSet(change.after?.[argument]))
    .map(
      (argument) =>
        `    ${argument} = ${JSON.stringify(known(change.after?.[argument], change.after_unknown[argument]))}`,
    );
  return [`${change.actions.join("/")} ${address}`, ...shown].join("\n");
}

function isSet(value: unknown): boolean {
  return value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0);
}

/** Adds the values that only an apply will know. A plan leaves them out of maps. */
function known(value: unknown, unknown: unknown): unknown {
  if (unknown === true) {
    return "(known after apply)";
  }
  if (Array.isArray(value)) {
    return value.map((item, index) => known(item, Array.isArray(unknown) ? unknown[index] : undefined));
  }
  if (typeof value === "object" && value !== null) {
    const unknowns = (unknown ?? {}) as Record<string, unknown>;
    const keys = [...new Set([...Object.keys(value), ...Object.keys(unknowns)])].sort();
    return Object.fromEntries(
      keys
        .map((key) => [key, known((value as Record<string, unknown>)[key], unknowns[key])])
        .filter(([, inner]) => isSet(inner)),
    );
  }
  return value;
}
