import { Fn, TerraformLocal, Token } from "cdktf";
import type { Construct } from "constructs";
import {
  alarmActionsRule,
  apigwEndpointRule,
  authorizedAudiencesRule,
  authorizedIssuerRule,
  broadcastSegmentsRule,
  connectionsTableNameRule,
  deliveryConcurrencyRule,
  githubRepositoriesRule,
  githubRule,
  issuerJwksUriRule,
  logLevelRule,
  logRetentionDaysRule,
  prefixRule,
  presenceGraceSecondsRule,
  readConcurrencyRule,
  s3ArtifactsRule,
  slackChannelsRule,
  stageNameRule,
  tokenClockToleranceSecondsRule,
} from "../inputs/rules";
import { SUMU_DEFAULTS, type SumuProps } from "../inputs/sumu-props";
import { OPERATION_VARIABLES, operationProps } from "./operation-variables";
import { COMMON_TAGS, declareVariables, type VariableDefinition } from "./variable";

const REPOSITORIES_TYPE = repositoriesType("apigw-jwt-authorizer", "apigw-websocket-pusher");

/** The inputs of module `serverless`, in the order in which its README lists them: the original's, then our own. */
export const SUMU_VARIABLES = {
  prefix: {
    type: "string",
    description: "Every name starts with <prefix>-sumu.",
    rule: prefixRule,
  },
  common_tags: COMMON_TAGS,
  stage_name: {
    type: "string",
    description: "API stage, the last part of the URL that clients connect to.",
    rule: stageNameRule,
  },
  apigw_endpoint: {
    type: "string",
    description:
      "Where the pusher posts: https://<custom domain>/<mapping key>, or the stage's invoke URL. Null: the stage's own URL.",
    default: null,
    rule: apigwEndpointRule,
  },
  issuer_jwks_uri: {
    type: "string",
    description: "Where the issuer publishes its keys: a JWKS document, or Firebase's map of key id to X.509 PEM.",
    rule: issuerJwksUriRule,
  },
  authorized_audiences: {
    type: "list(string)",
    description: "Who the tokens must be for: compared with aud (string or array), else client_id. Empty: any.",
    default: SUMU_DEFAULTS.authorizedAudiences,
    rule: authorizedAudiencesRule,
  },
  verify_token_expiration: {
    type: "bool",
    description: "False accepts expired tokens: for tests only.",
    default: SUMU_DEFAULTS.verifyTokenExpiration,
  },
  presence_source: {
    type: "string",
    description:
      "Where presence events go: topic or queue. Anything else: nowhere; read the connections table's stream yourself.",
    default: SUMU_DEFAULTS.presenceSource,
  },
  s3_artifacts: {
    type: "object({ bucket = string, arn = string })",
    description: "Bucket of the delivery pipelines' artifacts. Null: no pipelines.",
    default: null,
    rule: s3ArtifactsRule,
  },
  github: {
    type: "object({ owner = string, connection_arn = string, webhook_secret = optional(string) })",
    description:
      "Whose repositories the delivery pipelines build, and the connection that reads them; webhook_secret is accepted and unused. Null: no pipelines.",
    default: null,
    rule: githubRule,
  },
  github_repositories: {
    type: REPOSITORIES_TYPE,
    description:
      "The handlers' repositories and branches. Null: apigw-jwt-authorizer and apigw-websocket-pusher, main.",
    default: null,
    rule: githubRepositoriesRule,
  },
  github_repository: {
    type: REPOSITORIES_TYPE,
    description: "Another spelling of github_repositories, which goes before it.",
    default: null,
    rule: {
      ...githubRepositoriesRule,
      message: githubRepositoriesRule.message.replace("github_repositories", "github_repository"),
    },
  },
  pre_release: {
    type: "bool",
    description: "True: a push to the branch releases. False: only a published release (a tag) does.",
    default: SUMU_DEFAULTS.preRelease,
  },
  ci_notifications_slack_channels: {
    type: "object({ info = string, alert = string })",
    description: "AWS Chatbot Slack channel configurations that hear of the delivery pipelines. Null: none.",
    default: null,
    rule: slackChannelsRule,
  },
  authorized_issuer: {
    type: "string",
    description:
      "Who must have issued the tokens: compared with iss. Null: any issuer whose keys are at issuer_jwks_uri.",
    default: null,
    rule: authorizedIssuerRule,
  },
  token_clock_tolerance_seconds: {
    type: "number",
    description: "How far the issuer's clock may be from Lambda's, 0 to 300.",
    default: SUMU_DEFAULTS.tokenClockToleranceSeconds,
    rule: tokenClockToleranceSecondsRule,
  },
  presence_grace_seconds: {
    type: "number",
    description:
      "How long OFFLINE waits for the user to come back, 0 to 900. Before you go back to 0, which removes the queue in which OFFLINE waits, set 1 and let <prefix>-sumu-presence-grace run empty.",
    default: SUMU_DEFAULTS.presenceGraceSeconds,
    rule: presenceGraceSecondsRule,
  },
  connections_table_name: {
    type: "string",
    description:
      "The connections table. Null: <prefix>-sumu-connections. A deployment of the original keeps its live table with SumuConnections.",
    default: null,
    rule: connectionsTableNameRule,
  },
  delivery_concurrency: {
    type: "number",
    description: "Requests that one pusher invocation has in flight to @connections, 1 to 800.",
    default: SUMU_DEFAULTS.deliveryConcurrency,
    rule: deliveryConcurrencyRule,
  },
  read_concurrency: {
    type: "number",
    description: "Requests that one pusher invocation has in flight to DynamoDB, 1 to 128.",
    default: SUMU_DEFAULTS.readConcurrency,
    rule: readConcurrencyRule,
  },
  broadcast_segments: {
    type: "number",
    description:
      "Parts that a broadcast larger than one page is split into: as many pushers deliver side by side. One for each 3,700 requests a second of a raised account throttle.",
    default: SUMU_DEFAULTS.broadcastSegments,
    rule: broadcastSegmentsRule,
  },
  log_retention_days: {
    type: "number",
    description: "Retention of every log group, one of the numbers that CloudWatch Logs knows.",
    default: SUMU_DEFAULTS.logRetentionDays,
    rule: logRetentionDaysRule,
  },
  log_level: {
    type: "string",
    description: "What the handlers log: debug, info, warn or error, and above. Metrics are sent at each.",
    default: SUMU_DEFAULTS.logLevel,
    rule: logLevelRule,
  },
  alarm_actions: {
    type: "list(string)",
    description:
      "ARNs that hear when an alarm rings and when it ends, such as an SNS topic's. Empty: no alarms. Terraform must know at plan how many there are.",
    default: SUMU_DEFAULTS.alarmActions,
    rule: alarmActionsRule,
  },
  dashboard: {
    type: "bool",
    description: "True: a CloudWatch dashboard <prefix>-sumu.",
    default: SUMU_DEFAULTS.dashboard,
  },
  tracing: {
    type: "bool",
    description: "True: the functions send traces to X-Ray. API Gateway traces no WebSocket API.",
    default: SUMU_DEFAULTS.tracing,
  },
  ...OPERATION_VARIABLES,
} as const satisfies Record<string, VariableDefinition>;

export type SumuVariableName = keyof typeof SUMU_VARIABLES;

/** Declares the variables and returns the props that read them. */
export function sumuVariables(scope: Construct): SumuProps {
  const variable = declareVariables(scope, SUMU_VARIABLES);
  const repositories = new TerraformLocal(
    scope,
    "repositories",
    Fn.coalesce([
      variable("github_repositories").value,
      variable("github_repository").value,
      SUMU_DEFAULTS.githubRepositories,
    ]),
  );
  return {
    prefix: variable("prefix").stringValue,
    commonTags: Token.asStringMap(variable("common_tags").value),
    stageName: variable("stage_name").stringValue,
    apigwEndpoint: variable("apigw_endpoint").stringValue,
    issuerJwksUri: variable("issuer_jwks_uri").stringValue,
    authorizedAudiences: variable("authorized_audiences").listValue,
    authorizedIssuer: variable("authorized_issuer").stringValue,
    verifyTokenExpiration: variable("verify_token_expiration").booleanValue,
    tokenClockToleranceSeconds: variable("token_clock_tolerance_seconds").numberValue,
    presenceSource: variable("presence_source").stringValue,
    presenceGraceSeconds: variable("presence_grace_seconds").numberValue,
    connectionsTableName: variable("connections_table_name").stringValue,
    deliveryConcurrency: variable("delivery_concurrency").numberValue,
    readConcurrency: variable("read_concurrency").numberValue,
    broadcastSegments: variable("broadcast_segments").numberValue,
    logRetentionDays: variable("log_retention_days").numberValue,
    logLevel: variable("log_level").stringValue,
    alarmActions: variable("alarm_actions").listValue,
    dashboard: variable("dashboard").booleanValue,
    tracing: variable("tracing").booleanValue,
    s3Artifacts: variable("s3_artifacts").value,
    github: variable("github").value,
    githubRepositories: repositories.expression,
    preRelease: variable("pre_release").booleanValue,
    ciNotificationsSlackChannels: variable("ci_notifications_slack_channels").value,
    ...operationProps(variable),
  };
}

function repositoriesType(authorizer: string, pusher: string): string {
  const repository = (name: string) =>
    `optional(object({ name = optional(string, "${name}"), branch = optional(string, "main") }), {})`;
  return `object({ authorizer = ${repository(authorizer)}, pusher = ${repository(pusher)} })`;
}
