import { CodebuildProject } from "@cdktf/provider-aws/lib/codebuild-project";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy";
import { Construct } from "constructs";
import type { AwsAccount } from "../aws/aws-account";
import { logGroup } from "../aws/log-group";
import { policyDocument } from "../aws/policy-document";
import { ServiceRole } from "../aws/service-role";
import { RELEASE_ALIAS } from "../contract/handlers";
import { type Encryption, RELEASE_WITH_KEY } from "../encryption/encryption";
import { acceptFinding } from "../terraform/accepted-finding";
import { attributeOf } from "../terraform/attribute";
import { choose } from "../terraform/choose";
import { isEqual } from "../terraform/condition";
import type { Existence } from "../terraform/existence";
import { BUILDSPEC } from "./buildspec";
import type { SmokeTest } from "./smoke-test";

export interface ReleaseBuildProps {
  readonly account: AwsAccount;
  /** Name of the project and of its role: at most 64 characters. */
  readonly name: string;
  readonly functionName: string;
  readonly functionArn: string;
  readonly smokeTest: SmokeTest;
  /** The oldest contract version that a release may speak, in digits. */
  readonly leastContract: string;
  /** A tag is released only if this branch contains it. */
  readonly branch: string;
  /** When the build clones the repository through {@link connectionArn}, because it checks the branch. */
  readonly clones: Existence;
  readonly connectionArn: string;
  /** ARN pattern of the source artifact's keys. */
  readonly artifactsArn: string;
  readonly pipelineName: string;
  readonly pipelineArn: string;
  /** `branch` or `tag`. */
  readonly releaseOn: string;
  readonly logRetentionDays: number;
  readonly encryption: Encryption;
  /** The architecture of the function: `arm64` or `x86_64`. */
  readonly architecture: string;
  readonly count?: number;
}

const BUILD_TIMEOUT_MINUTES = 20;

/** The required action depends on the age of the ARN: connections belonged to CodeStar before. */
export const USE_CONNECTION = ["codestar-connections:UseConnection", "codeconnections:UseConnection"];

/** Builds a handler's repository with Node 24 on the function's architecture, and releases it to the function. */
export class ReleaseBuild extends Construct {
  readonly project: CodebuildProject;
  readonly projectArn: string;

  constructor(scope: Construct, id: string, props: ReleaseBuildProps) {
    super(scope, id);
    const { account, name, functionArn, count } = props;
    // Built from its parts, because the role's trust policy names the project, and the project needs the role.
    this.projectArn = `arn:${account.partition}:codebuild:${account.region}:${account.accountId}:project/${name}`;

    const log = logGroup(this, "log_group", {
      count,
      name: `/sumu/${name}`,
      retentionInDays: props.logRetentionDays,
      kmsKeyArn: props.encryption.keyArn,
    });
    const role = new ServiceRole(this, "role", {
      account,
      count,
      name,
      description: `What builds and releases ${props.functionName}.`,
      service: "codebuild.amazonaws.com",
      sourceArns: [this.projectArn],
      keyStatements: props.encryption.statements(RELEASE_WITH_KEY),
      statements: [
        {
          sid: "WriteOwnLog",
          actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
          resources: [`${attributeOf(log, "arn")}:*`],
        },
        { sid: "ReadSource", actions: ["s3:GetObject", "s3:GetObjectVersion"], resources: [props.artifactsArn] },
        {
          sid: "Release",
          actions: [
            "lambda:GetAlias",
            "lambda:GetFunction",
            "lambda:GetFunctionConfiguration",
            "lambda:UpdateFunctionCode",
            "lambda:PublishVersion",
            "lambda:UpdateAlias",
          ],
          resources: [functionArn],
        },
        {
          sid: "AskVersions",
          actions: ["lambda:GetFunction", "lambda:GetFunctionConfiguration", "lambda:InvokeFunction"],
          resources: [`${functionArn}:*`],
        },
        { sid: "AskWhyItRuns", actions: ["codepipeline:GetPipelineExecution"], resources: [props.pipelineArn] },
      ],
    });
    const clone = props.clones.exists ? this.cloneRights(role, props) : undefined;
    const isArm = isEqual(props.architecture, "arm64");
    this.project = new CodebuildProject(this, "project", {
      count,
      name,
      description: `Builds and releases ${props.functionName}.`,
      serviceRole: role.arn,
      buildTimeout: BUILD_TIMEOUT_MINUTES,
      artifacts: { type: "CODEPIPELINE" },
      source: { type: "CODEPIPELINE", buildspec: BUILDSPEC },
      environment: {
        type: choose(isArm, "ARM_CONTAINER", "LINUX_CONTAINER"),
        computeType: "BUILD_GENERAL1_SMALL",
        image: choose(
          isArm,
          "aws/codebuild/amazonlinux-aarch64-standard:3.0",
          "aws/codebuild/amazonlinux-x86_64-standard:5.0",
        ),
        imagePullCredentialsType: "CODEBUILD",
        environmentVariable: Object.entries({
          FUNCTION_NAME: props.functionName,
          ALIAS: RELEASE_ALIAS,
          SMOKE_EVENT: JSON.stringify(props.smokeTest.event),
          SMOKE_ANSWER: props.smokeTest.answer,
          LEAST_CONTRACT: props.leastContract,
          RELEASE_ON: props.releaseOn,
          BRANCH: props.branch,
          PIPELINE_NAME: props.pipelineName,
        }).map(([key, value]) => ({ name: key, value })),
      },
      logsConfig: { cloudwatchLogs: { groupName: attributeOf(log, "name"), streamName: "release" } },
      dependsOn: clone && [clone],
    });
    acceptFinding(
      this.project,
      "CKV_AWS_147",
      "It keeps no artifacts: its source comes from the pipeline's bucket and its result goes to Lambda.",
    );
  }

  private cloneRights(role: ServiceRole, { clones, connectionArn }: ReleaseBuildProps): IamRolePolicy {
    const { count } = clones;
    const document = policyDocument(
      this,
      "clone_policy_document",
      [{ sid: "CloneRepository", actions: USE_CONNECTION, resources: [connectionArn] }],
      { count },
    );
    return new IamRolePolicy(this, "clone_role_policy", {
      count,
      name: "sumu-clone",
      role: attributeOf(role.role, "id"),
      policy: attributeOf(document, "json"),
    });
  }
}
