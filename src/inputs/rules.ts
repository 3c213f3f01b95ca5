import { Token } from "cdktf";
import { MAX_PRESENCE_GRACE_SECONDS } from "../contract/limits";
import { LOG_LEVELS } from "../contract/log-levels";
import { PUSHER_SETTINGS } from "../contract/pusher-settings";
import { LONGEST_PREFIX } from "../names";
import { between, matches, type Rule, whenGiven } from "./rule";

export const prefixRule = matches(
  new RegExp(`^[A-Za-z0-9_-]{1,${LONGEST_PREFIX}}$`),
  `prefix must be 1 to ${LONGEST_PREFIX} characters out of A-Z, a-z, 0-9, - and _: every name starts with it, and "<prefix>-sumu-authorizer-codeless" may have 64 at most, Lambda's limit.`,
);

export const stageNameRule = matches(
  /^[A-Za-z0-9_-]{1,128}$/,
  "stage_name must be 1 to 128 characters out of A-Z, a-z, 0-9, - and _: API Gateway takes no other for a WebSocket stage.",
);

const HTTPS_URL = /^https:\/\/[A-Za-z0-9.-]+(:[0-9]{1,5})?(\/[^\s?#]*)?$/;

export const apigwEndpointRule = whenGiven(
  matches(
    HTTPS_URL,
    "apigw_endpoint must be an https:// URL without query or fragment (the custom domain with its mapping key, or the stage's invoke URL), or null for the stage's own URL.",
  ),
);

export const issuerJwksUriRule = matches(
  /^https:\/\/[A-Za-z0-9.-]+(:[0-9]{1,5})?(\/[^\s#]*)?$/,
  "issuer_jwks_uri must be an https:// URL: where the issuer publishes its keys, as a JWKS document or as a map of key id to X.509 PEM.",
);

export const authorizedIssuerRule = whenGiven(
  matches(/^[^\s,]{1,512}$/, "authorized_issuer must be the exact iss of the tokens, without spaces, or null for any."),
);

/** Lists travel to the authorizer joined by commas, in an environment that Lambda limits to 4 KB in all. */
const AUDIENCES_CHARACTERS = 2_048;
const AUDIENCE = /^[^\s,]+$/;

export const authorizedAudiencesRule: Rule<readonly string[]> = {
  message: `authorized_audiences must be a list of non-empty audiences without commas or spaces, at most ${AUDIENCES_CHARACTERS} characters in all, or empty for any audience.`,
  holds: (audiences) =>
    audiences.every((audience) => AUDIENCE.test(audience)) && audiences.join(",").length <= AUDIENCES_CHARACTERS,
  condition: (ref) =>
    `alltrue([for audience in ${ref} : can(regex(${JSON.stringify(AUDIENCE.source)}, audience))]) && length(join(",", ${ref})) <= ${AUDIENCES_CHARACTERS}`,
};

/** Whose repositories the delivery pipelines build, and how they read them. */
export interface GitHub {
  /** The user or organization that owns the repositories. */
  readonly owner: string;
  /** ARN of the connection (CodeConnections, once CodeStar) through which the pipelines read them. */
  readonly connectionArn: string;
  /** Accepted for the original's callers; unused, since the connection itself announces pushes and tags. */
  readonly webhookSecret?: string;
}

const GITHUB_OWNER = /^[A-Za-z0-9][A-Za-z0-9-]{0,38}$/;
const CONNECTION_ARN =
  /^arn:[a-z-]+:(codestar-connections|codeconnections):[a-z0-9-]+:[0-9]{12}:connection\/[A-Za-z0-9-]+$/;

export const githubRule: Rule<GitHub> = whenGiven({
  message:
    "github must be an object of owner (a GitHub user or organization: letters, digits and -, 39 at most) and connection_arn (arn:aws:codestar-connections:… or arn:aws:codeconnections:… of a connection), or null.",
  holds: (github) => GITHUB_OWNER.test(github.owner) && CONNECTION_ARN.test(github.connectionArn),
  condition: (ref) =>
    `can(regex(${JSON.stringify(GITHUB_OWNER.source)}, ${ref}.owner)) && can(regex(${JSON.stringify(CONNECTION_ARN.source)}, ${ref}.connection_arn))`,
});

/** One repository, and its branch to release from. */
export interface GitHubRepository {
  /** Without its owner. */
  readonly name: string;
  /** A push to it releases, unless `preRelease` is false. */
  readonly branch: string;
}

/** A repository for each handler that a pipeline releases. */
export interface GitHubRepositories {
  /** The authorizer's. */
  readonly authorizer: GitHubRepository;
  /** The pusher's. */
  readonly pusher: GitHubRepository;
}

const REPOSITORY_NAME = /^[A-Za-z0-9._-]{1,100}$/;
const BRANCH_NAME = /^[^\s~^:?*\\]{1,244}$/;

export const githubRepositoriesRule: Rule<GitHubRepositories> = whenGiven({
  message:
    "github_repositories must hold authorizer and pusher, each with name (a repository's name without its owner) and branch.",
  holds: ({ authorizer, pusher }) =>
    [authorizer, pusher].every(({ name, branch }) => REPOSITORY_NAME.test(name) && BRANCH_NAME.test(branch)),
  condition: (ref) =>
    `alltrue([for repository in [${ref}.authorizer, ${ref}.pusher] : can(regex(${JSON.stringify(REPOSITORY_NAME.source)}, repository.name)) && can(regex(${JSON.stringify(BRANCH_NAME.source)}, repository.branch))])`,
});

/** The bucket of the delivery pipelines' artifacts. */
export interface S3Artifacts {
  /** Its name. */
  readonly bucket: string;
  /** `arn:aws:s3:::<bucket>`. */
  readonly arn: string;
}

const BUCKET_ARN = /^arn:[a-z-]+:s3:::[a-z0-9.-]{3,63}$/;

export const s3ArtifactsRule: Rule<S3Artifacts> = whenGiven({
  message: "s3_artifacts must be an object of bucket (its name) and arn (arn:aws:s3:::<bucket>), or null.",
  holds: ({ bucket, arn }) => BUCKET_ARN.test(arn) && arn.endsWith(`:::${bucket}`),
  condition: (ref) =>
    `can(regex(${JSON.stringify(BUCKET_ARN.source)}, ${ref}.arn)) && try(endswith(${ref}.arn, ":::\${${ref}.bucket}"), false)`,
});

/** Slack channels, by their configurations in AWS Chatbot. */
export interface SlackChannels {
  /** Chatbot's name of the channel configuration that hears of started and succeeded releases. */
  readonly info: string;
  /** The same for failed ones. */
  readonly alert: string;
}

const SLACK_CONFIGURATION = /^[A-Za-z0-9_-]{1,128}$/;

export const slackChannelsRule: Rule<SlackChannels> = whenGiven({
  message:
    "ci_notifications_slack_channels must hold info and alert, the names of AWS Chatbot Slack channel configurations (letters, digits, - and _), or be null.",
  holds: ({ info, alert }) => [info, alert].every((name) => SLACK_CONFIGURATION.test(name)),
  condition: (ref) =>
    `alltrue([for name in [${ref}.info, ${ref}.alert] : can(regex(${JSON.stringify(SLACK_CONFIGURATION.source)}, name))])`,
});

export const connectionsTableNameRule = whenGiven(
  matches(
    /^[A-Za-z0-9_.-]{3,255}$/,
    "connections_table_name must be 3 to 255 characters out of A-Z, a-z, 0-9, -, _ and ., DynamoDB's rule, or null for <prefix>-sumu-connections.",
  ),
);

export const presenceGraceSecondsRule = between(
  0,
  MAX_PRESENCE_GRACE_SECONDS,
  `presence_grace_seconds must be a whole number from 0 to ${MAX_PRESENCE_GRACE_SECONDS}: SQS delays a message no longer.`,
);

export const tokenClockToleranceSecondsRule = between(
  0,
  300,
  "token_clock_tolerance_seconds must be a whole number from 0 to 300.",
);

export const deliveryConcurrencyRule = between(
  PUSHER_SETTINGS.deliveryConcurrency.min,
  PUSHER_SETTINGS.deliveryConcurrency.max,
  "delivery_concurrency must be a whole number from 1 to 800: requests that one pusher has in flight to @connections.",
);

export const readConcurrencyRule = between(
  PUSHER_SETTINGS.readConcurrency.min,
  PUSHER_SETTINGS.readConcurrency.max,
  "read_concurrency must be a whole number from 1 to 128: requests that one pusher has in flight to DynamoDB.",
);

export const broadcastSegmentsRule = between(
  PUSHER_SETTINGS.broadcastSegments.min,
  PUSHER_SETTINGS.broadcastSegments.max,
  "broadcast_segments must be a whole number from 1 to 1000: the parts that a broadcast larger than one page is split into.",
);

/** CloudWatch Logs takes these and no others. */
const RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

export const logRetentionDaysRule: Rule<number> = {
  message: `log_retention_days must be one of ${RETENTION_DAYS.join(", ")}: CloudWatch Logs takes no other.`,
  holds: (days) => RETENTION_DAYS.includes(days),
  condition: (ref) => `contains([${RETENTION_DAYS.join(", ")}], ${ref})`,
};

export const logLevelRule: Rule<string> = {
  message: `log_level must be one of ${LOG_LEVELS.join(", ")}.`,
  holds: (level) => LOG_LEVELS.some((known) => known === level),
  condition: (ref) => `contains(${JSON.stringify(LOG_LEVELS)}, ${ref})`,
};

/** CloudWatch takes no more for one state of an alarm. */
const MAX_ALARM_ACTIONS = 5;
const ARN = /^arn:[a-z-]+:[a-z0-9-]+:\S+$/;

export const alarmActionsRule: Rule<readonly string[]> = {
  message: `alarm_actions must be a list of at most ${MAX_ALARM_ACTIONS} ARNs, such as an SNS topic's: what CloudWatch calls when an alarm rings, and when it ends.`,
  // In an app, the ARN of a topic is mostly one that only Terraform will know.
  holds: (actions) =>
    actions.length <= MAX_ALARM_ACTIONS && actions.every((arn) => Token.isUnresolved(arn) || ARN.test(arn)),
  condition: (ref) =>
    `length(${ref}) <= ${MAX_ALARM_ACTIONS} && alltrue([for arn in ${ref} : can(regex(${JSON.stringify(ARN.source)}, arn))])`,
};
