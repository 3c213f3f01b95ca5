import type { IResolvable } from "cdktf";
import { Construct } from "constructs";
import type { AwsAccount } from "../aws/aws-account";
import type { Encryption } from "../encryption/encryption";
import type { GitHub, GitHubRepositories, S3Artifacts, SlackChannels } from "../inputs/release-props";
import type { HandlerFunction } from "../lambda/handler-function";
import { attributeOf } from "../terraform/attribute";
import type { Existence } from "../terraform/existence";
import type { Given } from "../terraform/field";
import { HandlerPipeline } from "./handler-pipeline";
import { type ContractInputs, leastContract } from "./least-contract";
import { repositoryOf } from "./repository";
import { type ReleasedHandler, SMOKE_TESTS } from "./smoke-test";

export interface DeliveryProps extends ContractInputs {
  readonly account: AwsAccount;
  readonly prefix: string;
  readonly handlers: Readonly<Record<ReleasedHandler, HandlerFunction>>;
  readonly s3Artifacts: Given<S3Artifacts>;
  readonly github: Given<GitHub>;
  readonly githubRepositories: Given<GitHubRepositories>;
  readonly preRelease: boolean | IResolvable;
  readonly ciNotificationsSlackChannels?: Given<SlackChannels>;
  readonly logRetentionDays: number;
  readonly encryption: Encryption;
  readonly architecture: string;
  readonly existence: Existence;
}

/** The delivery pipelines: one for the authorizer and one for the pusher. */
export class Delivery extends Construct {
  constructor(scope: Construct, id: string, props: DeliveryProps) {
    super(scope, id);
    for (const handler of Object.keys(SMOKE_TESTS) as ReleasedHandler[]) {
      const { released } = props.handlers[handler];
      if (released !== undefined) {
        new HandlerPipeline(this, handler, {
          ...props,
          handler,
          leastContract: leastContract(props),
          functionName: attributeOf(released.function, "function_name"),
          functionArn: attributeOf(released.function, "arn"),
          repository: repositoryOf(props.githubRepositories, handler),
          slackChannels: props.ciNotificationsSlackChannels,
        });
      }
    }
  }
}
