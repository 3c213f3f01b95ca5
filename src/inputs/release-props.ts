import type { IResolvable } from "cdktf";
import type { Given } from "../terraform/field";

/** Delivery pipelines, which release the handlers from GitHub by AWS CodePipeline. */
export interface ReleaseProps {
  /**
   * S3 bucket for the delivery pipelines' artifacts. With this and {@link github}, pipelines release the handlers.
   * @default - no pipelines: `terraform apply` ships the handlers
   */
  readonly s3Artifacts?: Given<S3Artifacts>;
  /**
   * Owner of the repositories that the delivery pipelines build, and the GitHub connection that reads them.
   * @default - no pipelines, as without `s3Artifacts`
   */
  readonly github?: Given<GitHub>;
  /**
   * The handlers' repositories.
   * @default - `apigw-jwt-authorizer` and `apigw-websocket-pusher`, branch `main`
   */
  readonly githubRepositories?: Given<GitHubRepositories>;
  /**
   * True: a push to the branch releases. False: only a published release (a tag) does.
   * @default true
   */
  readonly preRelease?: boolean | IResolvable;
  /**
   * AWS Chatbot Slack channel configurations that get messages about the delivery pipelines.
   * @default - no messages
   */
  readonly ciNotificationsSlackChannels?: Given<SlackChannels>;
}

/** The bucket of the delivery pipelines' artifacts. */
export interface S3Artifacts {
  /** Its name. */
  readonly bucket: string;
  /** `arn:aws:s3:::<bucket>`. */
  readonly arn: string;
}

/** The owner of the repositories, and the connection that reads them. */
export interface GitHub {
  /** The user or organization that owns the repositories. */
  readonly owner: string;
  /** ARN of the connection (CodeConnections, once CodeStar) through which the pipelines read them. */
  readonly connectionArn: string;
  /** Accepted for the original's callers; unused, since the connection itself announces pushes and tags. */
  readonly webhookSecret?: string;
}

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

/** Slack channels, by their configurations in AWS Chatbot. */
export interface SlackChannels {
  /** Chatbot's name of the channel configuration for started and succeeded releases. */
  readonly info: string;
  /** Chatbot's name of the channel configuration for failed releases. */
  readonly alert: string;
}
