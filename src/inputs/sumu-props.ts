import type { IResolvable } from "cdktf";
import type { Tags } from "../aws/tags";
import { DEFAULT_LOG_LEVEL } from "../contract/log-levels";
import { PUSHER_SETTINGS } from "../contract/pusher-settings";
import { type Given, literal } from "../terraform/field";
import { checkOperation, OPERATION_DEFAULTS, type OperationProps } from "./operation-props";
import { check } from "./rule";
import {
  alarmActionsRule,
  apigwEndpointRule,
  authorizedAudiencesRule,
  authorizedIssuerRule,
  broadcastSegmentsRule,
  connectionsTableNameRule,
  deliveryConcurrencyRule,
  type GitHub,
  type GitHubRepositories,
  githubRepositoriesRule,
  githubRule,
  issuerJwksUriRule,
  logLevelRule,
  logRetentionDaysRule,
  prefixRule,
  presenceGraceSecondsRule,
  readConcurrencyRule,
  type S3Artifacts,
  type SlackChannels,
  s3ArtifactsRule,
  slackChannelsRule,
  stageNameRule,
  tokenClockToleranceSecondsRule,
} from "./rules";

/** What {@link Sumu} needs. Literals are validated at synthesis; tokens (Terraform variables, attributes) pass through. */
export interface SumuProps extends OperationProps {
  /** Every name starts with `<prefix>-sumu`: 1 to 39 characters out of A-Z, a-z, 0-9, - and _. */
  readonly prefix: string;
  /** API stage, the last part of the URL that clients connect to. */
  readonly stageName: string;
  /** https URL at which the issuer publishes its keys: a JWKS document, or Firebase's map of key id to X.509 PEM. */
  readonly issuerJwksUri: string;
  /**
   * Tags on every resource that can carry tags, besides `stack = "sumu"`.
   * @default {}
   */
  readonly commonTags?: Tags;
  /**
   * Where the pusher posts: a custom domain with its mapping key, or the stage's invoke URL.
   * @default the URL of the stage `stageName`
   */
  readonly apigwEndpoint?: string;
  /**
   * Who the tokens must be for: compared with `aud`, else `client_id`. Empty: anyone.
   * @default []
   */
  readonly authorizedAudiences?: readonly string[];
  /**
   * Who must have issued the tokens: compared with `iss`.
   * @default any issuer whose keys are at `issuerJwksUri`
   */
  readonly authorizedIssuer?: string;
  /**
   * False accepts expired tokens: for tests only.
   * @default true
   */
  readonly verifyTokenExpiration?: boolean | IResolvable;
  /**
   * How far the issuer's clock may be from Lambda's, 0 to 300.
   * @default 0
   */
  readonly tokenClockToleranceSeconds?: number;
  /**
   * Where presence goes: `topic` or `queue`. Anything else: nowhere, and the application reads the table's stream itself.
   * @default "topic"
   */
  readonly presenceSource?: string;
  /**
   * How long OFFLINE waits for the user to come back, 0 to 900.
   *
   * Going back to 0 removes the queue in which OFFLINE waits, and what waits in it: those users stay ONLINE until their
   * next connection. Set 1 first, and 0 once the queue `<prefix>-sumu-presence-grace` is empty.
   * @default 0
   */
  readonly presenceGraceSeconds?: number;
  /**
   * The connections table. A deployment of the original keeps its live table with `SumuConnections`.
   * @default `<prefix>-sumu-connections`
   */
  readonly connectionsTableName?: string;
  /**
   * Requests that one pusher invocation has in flight to @connections, 1 to 800.
   * @default 64
   */
  readonly deliveryConcurrency?: number;
  /**
   * Requests that one pusher invocation has in flight to DynamoDB, 1 to 128.
   * @default 16
   */
  readonly readConcurrency?: number;
  /**
   * Parts that a broadcast larger than one page is split into, 1 to 1,000: as many pushers deliver side by side. With a
   * raised account throttle, one for each 3,700 requests a second of it.
   * @default 2
   */
  readonly broadcastSegments?: number;
  /**
   * Retention of every log group; CloudWatch Logs knows certain numbers only (1, 3, 5, 7, 14, 30, 60, 90, …).
   * @default 30
   */
  readonly logRetentionDays?: number;
  /**
   * What the handlers log: `debug`, `info`, `warn` or `error` and above. Metrics are sent at each.
   * @default "info"
   */
  readonly logLevel?: string;
  /**
   * ARNs that hear when an alarm rings and when it ends, 5 at most: an SNS topic's. Alarms exist only when there are any;
   * each costs 0.10 USD a month.
   * @default [] no alarms
   */
  readonly alarmActions?: readonly string[];
  /**
   * True: a CloudWatch dashboard `<prefix>-sumu`, 3 USD a month beyond an account's first three.
   * @default false
   */
  readonly dashboard?: boolean | IResolvable;
  /**
   * True: the functions send traces to X-Ray, 5 USD a million beyond the first 100,000 a month. API Gateway traces no
   * WebSocket API: a trace begins with the function.
   * @default false
   */
  readonly tracing?: boolean | IResolvable;
  /**
   * Where the delivery pipelines keep their artifacts. Given with {@link github}: pipelines release the handlers.
   * @default no pipelines: `terraform apply` ships the handlers
   */
  readonly s3Artifacts?: Given<S3Artifacts>;
  /**
   * Whose repositories the delivery pipelines build, and the connection through which they read them.
   * @default no pipelines, as without `s3Artifacts`
   */
  readonly github?: Given<GitHub>;
  /**
   * The handlers' repositories.
   * @default `apigw-jwt-authorizer` and `apigw-websocket-pusher`, branch `main`
   */
  readonly githubRepositories?: Given<GitHubRepositories>;
  /**
   * True: a push to the branch releases. False: only a published release (a tag) does.
   * @default true
   */
  readonly preRelease?: boolean | IResolvable;
  /**
   * AWS Chatbot Slack channel configurations that hear of the delivery pipelines.
   * @default nobody; the pipelines themselves need `s3Artifacts` and `github`
   */
  readonly ciNotificationsSlackChannels?: Given<SlackChannels>;
}

/** Defaults of the optional props, and of the module's variables. */
export const SUMU_DEFAULTS = {
  commonTags: {} as Tags,
  authorizedAudiences: [] as readonly string[],
  verifyTokenExpiration: true,
  tokenClockToleranceSeconds: 0,
  presenceSource: "topic",
  presenceGraceSeconds: 0,
  deliveryConcurrency: PUSHER_SETTINGS.deliveryConcurrency.fallback,
  readConcurrency: PUSHER_SETTINGS.readConcurrency.fallback,
  broadcastSegments: PUSHER_SETTINGS.broadcastSegments.fallback,
  logRetentionDays: 30,
  logLevel: DEFAULT_LOG_LEVEL as string,
  alarmActions: [] as readonly string[],
  dashboard: false as boolean | IResolvable,
  tracing: false as boolean | IResolvable,
  githubRepositories: {
    authorizer: { name: "apigw-jwt-authorizer", branch: "main" },
    pusher: { name: "apigw-websocket-pusher", branch: "main" },
  } as Given<GitHubRepositories>,
  preRelease: true,
  ...OPERATION_DEFAULTS,
} as const;

/** @throws RangeError with the words that the module's variable would refuse with. */
export function validated(props: SumuProps): SumuProps {
  checkOperation(props);
  check(prefixRule, props.prefix);
  check(stageNameRule, props.stageName);
  check(issuerJwksUriRule, props.issuerJwksUri);
  check(apigwEndpointRule, props.apigwEndpoint);
  check(authorizedAudiencesRule, props.authorizedAudiences);
  check(authorizedIssuerRule, props.authorizedIssuer);
  check(tokenClockToleranceSecondsRule, props.tokenClockToleranceSeconds);
  check(presenceGraceSecondsRule, props.presenceGraceSeconds);
  check(connectionsTableNameRule, props.connectionsTableName);
  check(deliveryConcurrencyRule, props.deliveryConcurrency);
  check(readConcurrencyRule, props.readConcurrency);
  check(broadcastSegmentsRule, props.broadcastSegments);
  check(logRetentionDaysRule, props.logRetentionDays);
  check(logLevelRule, props.logLevel);
  check(alarmActionsRule, props.alarmActions);
  check(s3ArtifactsRule, literal(props.s3Artifacts));
  check(githubRule, literal(props.github));
  check(githubRepositoriesRule, literal(props.githubRepositories));
  check(slackChannelsRule, literal(props.ciNotificationsSlackChannels));
  return props;
}
