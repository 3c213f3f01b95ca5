/** The address of an object in the original, and its address in this module. */
export interface Moved {
  readonly from: string;
  readonly to: string;
}

/** Objects that only have a new name, by the original's nested module and resource. */
const DATABASE = "module.database";
const INTEGRATION = "module.integration";
const GATEWAY = "module.gateway";

/** Routes: the original's nested module, and its names of route, integration, integration response, route response. */
const ROUTES = {
  connect: { module: "connect", names: ["connect", "ack_presence", "hello", "hello"] },
  disconnect: { module: "disconnect", names: ["disconnect", "ack_absence", "bye", "bye"] },
  ping: { module: "keepalive", names: ["ping", "ping", "ping", "ping"] },
  publish: { module: "publish", names: ["publish", "publish", "publish", "publish"] },
  send: { module: "send", names: ["send", "send", "send", "send"] },
} as const;

const ROUTE_TYPES = [
  "aws_apigatewayv2_route",
  "aws_apigatewayv2_integration",
  "aws_apigatewayv2_integration_response",
  "aws_apigatewayv2_route_response",
] as const;

/** The original's roles of functions: its nested module, its policies and their index, and our name. */
const RIGHTS = {
  authorizer: { module: "module.authorizer", policies: [["managed", ""]] },
  pusher: {
    module: "module.pusher.module.pusher",
    policies: [
      ["managed", ""],
      ["custom", "[0]"],
    ],
  },
  presence: {
    module: "module.presence[0]",
    policies: [
      ["managed", ""],
      ["custom", ""],
    ],
  },
} as const;

/**
 * The `moved` blocks that move a deployment of the original to this module. A caller changes `source`, and Terraform
 * finds each object under its new address. This list of the original's addresses never changes.
 */
export const MOVED: readonly Moved[] = [
  { from: `${DATABASE}.aws_dynamodb_table.connections`, to: "aws_dynamodb_table.connections" },
  ...["messages", "notifications"].map((topic) => ({
    from: `${INTEGRATION}.aws_sns_topic.${topic}`,
    to: `aws_sns_topic.${topic}`,
  })),
  ...["messages", "messages_dlq", "notifications", "notifications_dlq"].map((queue) => ({
    from: `${INTEGRATION}.aws_sqs_queue.${queue}`,
    to: `aws_sqs_queue.${queue}`,
  })),
  { from: `${GATEWAY}.aws_apigatewayv2_api._`, to: "aws_apigatewayv2_api.websocket" },
  { from: `${GATEWAY}.aws_apigatewayv2_authorizer.request`, to: "aws_apigatewayv2_authorizer.request" },
  { from: `${GATEWAY}.aws_apigatewayv2_stage._`, to: "aws_apigatewayv2_stage.websocket" },
  { from: `${GATEWAY}.aws_cloudwatch_log_group.access`, to: "aws_cloudwatch_log_group.access" },
  { from: `${GATEWAY}.aws_iam_role._`, to: "aws_iam_role.gateway" },
  ...Object.entries(ROUTES).flatMap(([name, route]) =>
    ROUTE_TYPES.map((type, index) => ({
      from: `${GATEWAY}.module.${route.module}.${type}.${route.names[index]}`,
      to: `${type}.${name}`,
    })),
  ),
  { from: "module.presence[0].aws_lambda_function.function", to: "aws_lambda_function.presence[0]" },
  {
    from: "module.presence[0].aws_lambda_event_source_mapping.presence_stream",
    to: "aws_lambda_event_source_mapping.presence_stream[0]",
  },
  { from: "module.pusher.aws_lambda_event_source_mapping._", to: "aws_lambda_event_source_mapping.notifications" },
  { from: "module.pusher.aws_sns_topic_subscription._", to: "aws_sns_topic_subscription.notifications" },
  { from: "module.pusher.module.pusher.aws_lambda_function.function", to: "aws_lambda_function.pusher[0]" },
  { from: "module.pusher.module.pusher.aws_lambda_alias.alias", to: "aws_lambda_alias.pusher[0]" },
  { from: "module.authorizer.aws_lambda_function.function", to: "aws_lambda_function.authorizer[0]" },
  { from: "module.authorizer.aws_lambda_alias.alias", to: "aws_lambda_alias.authorizer[0]" },
  { from: `${GATEWAY}.aws_lambda_permission.allow_apigw`, to: "aws_lambda_permission.authorizer" },
  { from: "module.pusher.aws_lambda_permission._", to: "aws_lambda_permission.notifications" },
  // To `src/migration/original-rights.ts`.
  { from: `${GATEWAY}.aws_iam_policy._`, to: "aws_iam_policy.original_gateway[0]" },
  { from: `${GATEWAY}.aws_iam_role_policy_attachment._`, to: "aws_iam_role_policy_attachment.original_gateway[0]" },
  ...Object.entries(RIGHTS).flatMap(([handler, { module, policies }]) => [
    { from: `${module}.aws_iam_role.role`, to: `aws_iam_role.original_${handler}[0]` },
    ...policies.flatMap(([policy, index]) => [
      {
        from: `${module}.aws_iam_policy.${policy}_policy${index}`,
        to: `aws_iam_policy.original_${handler}_${policy}[0]`,
      },
      {
        from: `${module}.aws_iam_role_policy_attachment.attach_${policy}_policy${index}`,
        to: `aws_iam_role_policy_attachment.original_${handler}_${policy}[0]`,
      },
    ]),
  ]),
];

/** The same for module `global`. */
export const GLOBAL_MOVED: readonly Moved[] = [
  { from: "aws_api_gateway_account.default", to: "aws_api_gateway_account.current" },
];
