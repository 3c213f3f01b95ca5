import { Codepipeline } from "@cdktf/provider-aws/lib/codepipeline";
import { conditional, type IResolvable } from "cdktf";
import { Construct } from "constructs";
import type { AwsAccount } from "../aws/aws-account";
import { ServiceRole } from "../aws/service-role";
import type { Encryption } from "../encryption/encryption";
import type { GitHub, GitHubRepository, S3Artifacts, SlackChannels } from "../inputs/release-props";
import { NAME_SUFFIXES, physicalName } from "../names";
import { acceptFinding } from "../terraform/accepted-finding";
import { attributeOf } from "../terraform/attribute";
import { choose } from "../terraform/choose";
import { type Existence, existsUnless, existsWhen, existsWhenGiven, existsWithBoth } from "../terraform/existence";
import { fieldOf, type Given } from "../terraform/field";
import { firstCharacters } from "../terraform/text";
import { whenKnown } from "../terraform/when-known";
import { ReleaseBuild, USE_CONNECTION } from "./release-build";
import { ReleaseNotifications } from "./release-notifications";
import { type ReleasedHandler, SMOKE_TESTS } from "./smoke-test";

export interface HandlerPipelineProps {
  readonly account: AwsAccount;
  readonly prefix: string;
  readonly handler: ReleasedHandler;
  /** The function that the pipeline updates: it moves the function's alias `latest`. */
  readonly functionName: string;
  readonly functionArn: string;
  readonly s3Artifacts: Given<S3Artifacts>;
  readonly github: Given<GitHub>;
  readonly repository: GitHubRepository;
  /** True: a push to the branch starts a release. False: only a tag does. */
  readonly preRelease: boolean | IResolvable;
  readonly slackChannels?: Given<SlackChannels>;
  readonly logRetentionDays: number;
  readonly encryption: Encryption;
  readonly architecture: string;
  /** The oldest contract version that a release may speak, in digits. */
  readonly leastContract: string;
  readonly existence: Existence;
}

const SOURCE = "source";

/**
 * CodePipeline stores an artifact under the first 20 characters of the pipeline's name and the first 10 of the
 * artifact's. With a long prefix both pipelines have the same first 20. So the artifact has the handler's name, at most
 * 10 characters.
 */
const ARTIFACTS_FOLDER_CHARACTERS = 20;

/**
 * A handler's delivery pipeline: from its GitHub repository to its Lambda function. It starts when a branch is pushed
 * or a tag is published. The connection notifies CodePipeline of both, so there is neither webhook nor secret.
 */
export class HandlerPipeline extends Construct {
  constructor(scope: Construct, id: string, props: HandlerPipelineProps) {
    super(scope, id);
    const { account, prefix, handler, repository, preRelease } = props;
    const { count } = props.existence;
    const names = NAMES[handler];
    const name = physicalName(prefix, names.pipeline);
    const pipelineArn = `arn:${account.partition}:codepipeline:${account.region}:${account.accountId}:${name}`;
    const bucketArn = fieldOf(props.s3Artifacts, "arn");
    const artifactsArn = `${bucketArn}/${firstCharacters(name, ARTIFACTS_FOLDER_CHARACTERS)}/${handler}/*`;
    const connectionArn = fieldOf(props.github, "connectionArn", "connection_arn");

    const build = new ReleaseBuild(this, "build", {
      account,
      count,
      name: physicalName(prefix, names.build),
      functionName: props.functionName,
      functionArn: props.functionArn,
      smokeTest: SMOKE_TESTS[handler],
      leastContract: props.leastContract,
      artifactsArn,
      pipelineName: name,
      pipelineArn,
      releaseOn: choose(preRelease, "branch", "tag"),
      branch: repository.branch,
      clones: existsWithBoth(props.existence, existsUnless(existsWhen(preRelease))),
      connectionArn,
      logRetentionDays: props.logRetentionDays,
      encryption: props.encryption,
      architecture: props.architecture,
    });
    const role = new ServiceRole(this, "pipeline", {
      account,
      count,
      name: name,
      description: `What the delivery pipeline of ${props.functionName} may do.`,
      service: "codepipeline.amazonaws.com",
      statements: [
        {
          sid: "ReadSource",
          actions: USE_CONNECTION,
          resources: [connectionArn],
        },
        {
          sid: "KeepArtifacts",
          actions: ["s3:PutObject", "s3:GetObject", "s3:GetObjectVersion"],
          resources: [artifactsArn],
        },
        {
          sid: "KnowTheBucket",
          actions: ["s3:GetBucketLocation", "s3:GetBucketVersioning"],
          resources: [bucketArn],
        },
        {
          sid: "Build",
          actions: ["codebuild:StartBuild", "codebuild:StopBuild", "codebuild:BatchGetBuilds"],
          resources: [build.projectArn],
        },
      ],
    });

    const pipeline = new Codepipeline(this, "codepipeline", {
      count,
      name,
      roleArn: role.arn,
      pipelineType: "V2",
      // If several releases wait, only the latest continues. Two releases never change the function at the same time.
      executionMode: "SUPERSEDED",
      artifactStore: [{ type: "S3", location: fieldOf(props.s3Artifacts, "bucket") }],
      stage: [
        {
          name: "Source",
          action: [
            {
              name: SOURCE,
              category: "Source",
              owner: "AWS",
              provider: "CodeStarSourceConnection",
              version: "1",
              outputArtifacts: [handler],
              configuration: {
                ConnectionArn: connectionArn,
                FullRepositoryId: `${fieldOf(props.github, "owner")}/${repository.name}`,
                BranchName: repository.branch,
                // A zip has no history, and the build checks whether the branch contains the tag.
                OutputArtifactFormat: choose(preRelease, "CODE_ZIP", "CODEBUILD_CLONE_REF"),
                // The trigger below starts the pipeline.
                DetectChanges: "false",
              },
            },
          ],
        },
        {
          name: "Release",
          action: [
            {
              name: "release",
              category: "Build",
              owner: "AWS",
              provider: "CodeBuild",
              version: "1",
              inputArtifacts: [handler],
              configuration: {
                ProjectName: attributeOf(build.project, "name"),
                EnvironmentVariables: JSON.stringify([
                  { name: "PIPELINE_EXECUTION_ID", value: "#{codepipeline.PipelineExecutionId}", type: "PLAINTEXT" },
                ]),
              },
            },
          ],
        },
      ],
      trigger: [
        { providerType: "CodeStarSourceConnection", gitConfiguration: { sourceActionName: SOURCE, push: [{}] } },
      ],
      // A pipeline runs once as soon as it exists, so its role must already have its rights.
      dependsOn: [role.policy],
    });
    acceptFinding(
      pipeline,
      "CKV_AWS_219",
      "The bucket is the caller's (s3_artifacts), and so is the key that its default encryption uses.",
    );
    triggerOn(pipeline, preRelease, repository.branch);

    if (props.slackChannels !== undefined) {
      const told = existsWithBoth(props.existence, existsWhenGiven(props.slackChannels));
      new ReleaseNotifications(this, "notifications", {
        account,
        count: told.count,
        pipelineArn: attributeOf(pipeline, "arn"),
        channels: props.slackChannels,
        infoName: physicalName(prefix, names.info),
        alertName: physicalName(prefix, names.alert),
      });
    }
  }
}

const NAMES = {
  authorizer: {
    pipeline: NAME_SUFFIXES.authorizerPipeline,
    build: NAME_SUFFIXES.authorizerBuild,
    info: NAME_SUFFIXES.authorizerInfo,
    alert: NAME_SUFFIXES.authorizerAlert,
  },
  pusher: {
    pipeline: NAME_SUFFIXES.pusherPipeline,
    build: NAME_SUFFIXES.pusherBuild,
    info: NAME_SUFFIXES.pusherInfo,
    alert: NAME_SUFFIXES.pusherAlert,
  },
} as const;

/** Every push to the branch, or every tag. cdktf has no `dynamic` for a block that may occur only once. */
function triggerOn(pipeline: Codepipeline, preRelease: boolean | IResolvable, branch: string): void {
  const push = "trigger.0.git_configuration.push.0";
  whenKnown(
    preRelease,
    (known) => {
      const [block, pattern] = known ? ["branches", branch] : ["tags", "*"];
      pipeline.addOverride(`${push}.${block}`, { includes: [pattern] });
    },
    (token) => {
      const when = (patterns: [string[], string[]], block: string) => ({
        for_each: conditional(token, ...patterns),
        content: { includes: [`\${${block}.value}`] },
      });
      pipeline.addOverride(`${push}.dynamic`, {
        branches: when([[branch], []], "branches"),
        tags: when([[], ["*"]], "tags"),
      });
    },
  );
}
