import type { Inputs } from "./input";
import type { GitHubRepositories, ReleaseProps } from "./release-props";
import { fits, known, regexCondition } from "./rule";

const BUCKET_ARN = /^arn:[a-z-]+:s3:::[a-z0-9.-]{3,63}$/;
const GITHUB_OWNER = /^[A-Za-z0-9][A-Za-z0-9-]{0,38}$/;
const CONNECTION_ARN =
  /^arn:[a-z-]+:(codestar-connections|codeconnections):[a-z0-9-]+:[0-9]{12}:connection\/[A-Za-z0-9-]+$/;
const REPOSITORY_NAME = /^[A-Za-z0-9._-]{1,100}$/;
const BRANCH_NAME = /^[^\s~^:?*\\]{1,244}$/;
const SLACK_CONFIGURATION = /^[A-Za-z0-9_-]{1,128}$/;

const REPOSITORIES: GitHubRepositories = {
  authorizer: { name: "apigw-jwt-authorizer", branch: "main" },
  pusher: { name: "apigw-websocket-pusher", branch: "main" },
};

const CONNECTION = "arn:aws:codestar-connections:us-east-1:123456789012:connection/0b1c2d3e";
const GITHUB = { owner: "shop", connection_arn: CONNECTION };
const repositories = (name: string, branch = "main") => ({
  authorizer: { name, branch },
  pusher: { name: "pusher", branch: "main" },
});

export const RELEASE_INPUTS = {
  s3Artifacts: {
    type: "object({ bucket = string, arn = string })",
    description: "S3 bucket for the delivery pipelines' artifacts. Null: no pipelines.",
    default: null,
    original: true,
    rule: {
      message: "s3_artifacts must be an object of bucket (its name) and arn (arn:aws:s3:::<bucket>), or null.",
      holds: ({ bucket, arn }) =>
        fits(BUCKET_ARN, arn) && (known([bucket, arn]).length < 2 || arn.endsWith(`:::${bucket}`)),
      condition: (ref) =>
        `${regexCondition(BUCKET_ARN, `${ref}.arn`)} && try(endswith(${ref}.arn, ":::\${${ref}.bucket}"), false)`,
    },
    samples: {
      valid: [{ bucket: "shop-artifacts", arn: "arn:aws:s3:::shop-artifacts" }],
      invalid: [
        { bucket: "other", arn: "arn:aws:s3:::shop-artifacts" },
        { bucket: "shop-artifacts", arn: "shop-artifacts" },
      ],
    },
  },
  github: {
    type: "object({ owner = string, connection_arn = string, webhook_secret = optional(string) })",
    description:
      "Owner of the repositories that the delivery pipelines build, and the GitHub connection that reads them. webhook_secret is accepted and not used. Null: no pipelines.",
    default: null,
    original: true,
    rule: {
      message:
        "github must be an object of owner (a GitHub user or organization: at most 39 letters, digits and -) and connection_arn (arn:aws:codestar-connections:… or arn:aws:codeconnections:… of a connection), or null.",
      holds: (github) => fits(GITHUB_OWNER, github.owner) && fits(CONNECTION_ARN, github.connectionArn),
      condition: (ref) =>
        `${regexCondition(GITHUB_OWNER, `${ref}.owner`)} && ${regexCondition(CONNECTION_ARN, `${ref}.connection_arn`)}`,
    },
    samples: {
      valid: [GITHUB, { ...GITHUB, connection_arn: CONNECTION.replace("codestar-connections", "codeconnections") }],
      invalid: [
        { ...GITHUB, owner: "shop/web" },
        { ...GITHUB, owner: "" },
        { ...GITHUB, owner: "-shop" },
        { ...GITHUB, owner: "s".repeat(40) },
        { ...GITHUB, connection_arn: "" },
        { ...GITHUB, connection_arn: "arn:aws:iam::123456789012:role/x" },
      ],
    },
  },
  githubRepositories: {
    type: repositoriesType(REPOSITORIES),
    description:
      "Repositories and branches of the handlers. Null: apigw-jwt-authorizer and apigw-websocket-pusher, branch main.",
    default: REPOSITORIES,
    variableDefault: null,
    original: true,
    rule: {
      message:
        "github_repositories must have authorizer and pusher, each with name (a repository's name without its owner) and branch.",
      holds: ({ authorizer, pusher }) =>
        [authorizer, pusher].every(({ name, branch }) => fits(REPOSITORY_NAME, name) && fits(BRANCH_NAME, branch)),
      condition: (ref) =>
        `alltrue([for repository in [${ref}.authorizer, ${ref}.pusher] : ${regexCondition(REPOSITORY_NAME, "repository.name")} && ${regexCondition(BRANCH_NAME, "repository.branch")}])`,
    },
    samples: {
      valid: [repositories("apigw-jwt-authorizer"), repositories("a", "feature/x")],
      invalid: [repositories("shop/web"), repositories(""), repositories("a", ""), repositories("a", "x y")],
    },
  },
  preRelease: {
    type: "bool",
    description: "True: a push to the branch releases. False: only a published release (a tag) does.",
    default: true,
    original: true,
  },
  ciNotificationsSlackChannels: {
    type: "object({ info = string, alert = string })",
    description: "AWS Chatbot Slack channel configurations that get messages about the delivery pipelines. Null: none.",
    default: null,
    original: true,
    rule: {
      message:
        "ci_notifications_slack_channels must have info and alert, the names of AWS Chatbot Slack channel configurations (letters, digits, - and _), or be null.",
      holds: ({ info, alert }) => [info, alert].every((name) => fits(SLACK_CONFIGURATION, name)),
      condition: (ref) =>
        `alltrue([for name in [${ref}.info, ${ref}.alert] : ${regexCondition(SLACK_CONFIGURATION, "name")}])`,
    },
    samples: {
      valid: [{ info: "ci-info", alert: "ci_alert" }],
      invalid: [
        { info: "#ci", alert: "ci" },
        { info: "", alert: "x" },
        { info: "#ci", alert: "x" },
      ],
    },
  },
} as const satisfies Inputs<ReleaseProps>;

function repositoriesType({ authorizer, pusher }: GitHubRepositories): string {
  const repository = ({ name, branch }: { readonly name: string; readonly branch: string }) =>
    `optional(object({ name = optional(string, "${name}"), branch = optional(string, "${branch}") }), {})`;
  return `object({ authorizer = ${repository(authorizer)}, pusher = ${repository(pusher)} })`;
}
