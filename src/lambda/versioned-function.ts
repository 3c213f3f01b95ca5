import type { DataArchiveFile } from "@cdktf/provider-archive/lib/data-archive-file";
import { LambdaAlias } from "@cdktf/provider-aws/lib/lambda-alias";
import { LambdaFunction, type LambdaFunctionTracingConfig } from "@cdktf/provider-aws/lib/lambda-function";
import type { ITerraformDependable } from "cdktf";
import type { Construct } from "constructs";
import { HANDLER_ENTRY, RELEASE_ALIAS } from "../contract/handlers";
import { attributeOf } from "../terraform/attribute";
import type { ServiceRole } from "../terraform/service-role";

export interface VersionedFunctionProps {
  /** At most 64 characters. */
  readonly name: string;
  /** The code, or with {@link ownedByPipeline} what it starts with. */
  readonly zip: DataArchiveFile;
  /** A pipeline releases the code and moves the alias: Terraform then leaves both as they are. */
  readonly ownedByPipeline: boolean;
  readonly createBeforeDestroy: boolean;
  readonly description: string;
  readonly execution: ServiceRole;
  readonly timeoutSeconds: number;
  readonly memoryMegabytes: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly logGroupName: string;
  readonly tracingConfig?: LambdaFunctionTracingConfig;
  /** What it waits for, besides its role. */
  readonly dependsOn?: ITerraformDependable[];
  /** @default the function exists always */
  readonly count?: number;
}

/** A function and its alias. */
export interface VersionedFunction {
  /** Its latest version is what the alias names, unless a pipeline releases. */
  readonly function: LambdaFunction;
  /** `latest`, which everything invokes. */
  readonly alias: LambdaAlias;
}

/**
 * A Lambda function that publishes a version with each change, and its alias `latest`.
 *
 * @param prefix - of the two constructs' ids
 */
export function versionedFunction(scope: Construct, prefix: string, props: VersionedFunctionProps): VersionedFunction {
  const { count, zip, ownedByPipeline, createBeforeDestroy } = props;
  const lifecycle = (released: string[], always: string[] = []) =>
    createBeforeDestroy
      ? { createBeforeDestroy, ignoreChanges: [...always, ...(ownedByPipeline ? released : [])] }
      : undefined;

  const lambda = new LambdaFunction(scope, `${prefix}function`, {
    count,
    functionName: props.name,
    description: props.description,
    role: props.execution.arn,
    runtime: "nodejs24.x",
    architectures: ["arm64"],
    handler: HANDLER_ENTRY,
    filename: zip.outputPath,
    sourceCodeHash: zip.outputBase64Sha256,
    timeout: props.timeoutSeconds,
    memorySize: props.memoryMegabytes,
    publish: true,
    environment: { variables: { ...props.environment } },
    // An event source mapping is refused while the role may not read its source.
    dependsOn: [props.execution.policy, ...(props.dependsOn ?? [])],
    tracingConfig: props.tracingConfig,
    loggingConfig: { logFormat: "Text", logGroup: props.logGroupName },
    // A change of either uploads the file: https://github.com/hashicorp/terraform-provider-aws/issues/42826
    lifecycle: lifecycle(["filename", "source_code_hash"]),
  });
  const alias = new LambdaAlias(scope, `${prefix}alias`, {
    count,
    name: RELEASE_ALIAS,
    description: "What everything invokes; a release moves it.",
    functionName: attributeOf(lambda, "function_name"),
    functionVersion: attributeOf(lambda, "version"),
    lifecycle: lifecycle(["function_version"], ["function_name"]),
  });
  return { function: lambda, alias };
}
