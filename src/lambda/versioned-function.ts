import type { DataArchiveFile } from "@cdktf/provider-archive/lib/data-archive-file";
import { LambdaAlias } from "@cdktf/provider-aws/lib/lambda-alias";
import { LambdaFunction, type LambdaFunctionTracingConfig } from "@cdktf/provider-aws/lib/lambda-function";
import type { ITerraformDependable } from "cdktf";
import type { Construct } from "constructs";
import type { ServiceRole } from "../aws/service-role";
import { HANDLER_ENTRY, RELEASE_ALIAS } from "../contract/handlers";
import type { VpcConfig } from "../inputs/guardrails";
import { acceptFinding } from "../terraform/accepted-finding";
import { attributeOf } from "../terraform/attribute";
import type { Given } from "../terraform/field";
import { placeInVpc } from "./vpc";

export interface VersionedFunctionProps {
  /** At most 64 characters. */
  readonly name: string;
  /** The code. With {@link ownedByPipeline}, only the initial code. */
  readonly zip: DataArchiveFile;
  /** A pipeline releases the code and moves the alias, so Terraform ignores changes of both. */
  readonly ownedByPipeline: boolean;
  readonly createBeforeDestroy: boolean;
  readonly description: string;
  readonly execution: ServiceRole;
  readonly timeoutSeconds: number;
  readonly memoryMegabytes: number;
  /** `arm64` or `x86_64`. */
  readonly architecture: string;
  /** @default - no reservation */
  readonly reservedConcurrency?: number;
  /** The key of the environment. @default - Lambda's own */
  readonly kmsKeyArn?: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly logGroupName: string;
  readonly tracingConfig?: LambdaFunctionTracingConfig;
  readonly vpcConfig?: Given<VpcConfig>;
  /** The resources that it waits for, besides its role. */
  readonly dependsOn?: ITerraformDependable[];
  /** @default - the function always exists */
  readonly count?: number;
}

/** A function and its alias. */
export interface VersionedFunction {
  /** The alias names its latest version, unless a pipeline releases. */
  readonly function: LambdaFunction;
  /** `latest`, which all callers invoke. */
  readonly alias: LambdaAlias;
}

const ACCEPTED = {
  CKV_AWS_116:
    "What fails goes to a dead-letter queue elsewhere: by the queue's redrive policy, the alias's on-failure destination and the stream mapping's. The authorizer is invoked synchronously.",
  CKV_AWS_272: "The code comes from the module, or from the delivery pipeline's release, which signs nothing.",
} as const;

/**
 * A Lambda function that publishes a version for each change, and its alias `latest`.
 *
 * @param prefix - the prefix of the two constructs' ids
 */
export function versionedFunction(scope: Construct, prefix: string, props: VersionedFunctionProps): VersionedFunction {
  const { count, zip, ownedByPipeline, createBeforeDestroy } = props;
  const lifecycle = (released: string[]) =>
    createBeforeDestroy ? { createBeforeDestroy, ignoreChanges: ownedByPipeline ? released : undefined } : undefined;

  const lambda = new LambdaFunction(scope, `${prefix}function`, {
    count,
    functionName: props.name,
    description: props.description,
    role: props.execution.arn,
    runtime: "nodejs24.x",
    architectures: [props.architecture],
    handler: HANDLER_ENTRY,
    filename: zip.outputPath,
    sourceCodeHash: zip.outputBase64Sha256,
    timeout: props.timeoutSeconds,
    memorySize: props.memoryMegabytes,
    reservedConcurrentExecutions: props.reservedConcurrency,
    publish: true,
    kmsKeyArn: props.kmsKeyArn,
    environment: { variables: props.environment },
    // AWS refuses an event source mapping while the role may not read its source.
    dependsOn: [props.execution.policy, ...(props.dependsOn ?? [])],
    tracingConfig: props.tracingConfig,
    loggingConfig: { logFormat: "Text", logGroup: props.logGroupName },
    // If either changes, the file is uploaded: https://github.com/hashicorp/terraform-provider-aws/issues/42826
    lifecycle: lifecycle(["filename", "source_code_hash"]),
  });
  placeInVpc(lambda, props.vpcConfig);
  for (const [check, reason] of Object.entries(ACCEPTED)) {
    acceptFinding(lambda, check as keyof typeof ACCEPTED, reason);
  }
  if (props.reservedConcurrency === undefined) {
    acceptFinding(lambda, "CKV_AWS_115", "A reservation takes from the account's concurrency, which others share.");
  }
  const alias = new LambdaAlias(scope, `${prefix}alias`, {
    count,
    name: RELEASE_ALIAS,
    description: "What everything invokes; a release moves it.",
    functionName: attributeOf(lambda, "function_name"),
    functionVersion: attributeOf(lambda, "version"),
    // Not function_name: a changed prefix creates another function, and its alias is replaced with it.
    lifecycle: lifecycle(["function_version"]),
  });
  return { function: lambda, alias };
}
