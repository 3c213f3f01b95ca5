import { DataArchiveFile } from "@cdktf/provider-archive/lib/data-archive-file";
import type { CloudwatchLogGroup } from "@cdktf/provider-aws/lib/cloudwatch-log-group";
import type { DataAwsIamPolicyDocumentStatement } from "@cdktf/provider-aws/lib/data-aws-iam-policy-document";
import type { LambdaAlias } from "@cdktf/provider-aws/lib/lambda-alias";
import { Construct } from "constructs";
import type { AwsAccount } from "../aws/aws-account";
import { logGroup } from "../aws/log-group";
import { ServiceRole } from "../aws/service-role";
import { type HandlerName, RELEASE_ALIAS } from "../contract/handlers";
import type { Encryption, KeyUse } from "../encryption/encryption";
import type { VpcConfig } from "../inputs/guardrails";
import { NAME_SUFFIXES, physicalName } from "../names";
import { type Observation, observationEnvironment } from "../observability/observation";
import { tracingConfig, tracingRights } from "../observability/tracing";
import { attributeOf } from "../terraform/attribute";
import { choose } from "../terraform/choose";
import { conditionOf, type Existence, existsUnless, NEVER } from "../terraform/existence";
import type { Given } from "../terraform/field";
import { type FurtherRights, furtherRights } from "./further-rights";
import { handlerBundle } from "./handler-bundle";
import { type OptionalVariable, withOptional } from "./optional-environment";
import { type VersionedFunction, versionedFunction } from "./versioned-function";
import { vpcRights } from "./vpc";

/**
 * The folder of the zips. Pipelines carry `.terraform` of the root module from the plan to the apply. A module's own
 * folder may be read-only, and all instances of the module share it.
 */
const ZIPS_FOLDER = "${path.root}/.terraform/sumu";

export interface HandlerFunctionProps {
  readonly account: AwsAccount;
  readonly handler: HandlerName;
  /**
   * The API's id. It is unique to this SUMU, even if another region or account has a SUMU with the same prefix.
   * Terraform plans them at the same time: if two of them wrote the same zip, one would read the other's half-written
   * file.
   */
  readonly instanceId: string;
  /** The names of the function and of its role follow from it. */
  readonly prefix: string;
  readonly description: string;
  readonly timeoutSeconds: number;
  /** Each 1,769 MB bring one vCPU. */
  readonly memoryMegabytes: number;
  /** `arm64` or `x86_64`. */
  readonly architecture: string;
  /** Concurrent invocations. @default - no reservation */
  readonly reservedConcurrency?: number;
  readonly environment: Readonly<Record<string, string>>;
  /** Variables that a stack has only if it uses their inputs. */
  readonly optionalEnvironment?: readonly OptionalVariable[];
  /** The rights of the function, besides the right to write its own log. */
  readonly statements: readonly DataAwsIamPolicyDocumentStatement[];
  /** Further rights if an input asks for them. @default none */
  readonly furtherRights?: readonly FurtherRights[];
  readonly encryption: Encryption;
  /** Its rights on the key, besides the right to read its own environment. @default - none */
  readonly keyUses?: readonly KeyUse[];
  readonly logRetentionDays: number;
  readonly observation: Observation;
  /** @default - outside any VPC */
  readonly vpcConfig?: Given<VpcConfig>;
  /** Only without {@link released}. @default - the function always exists */
  readonly count?: number;
  /**
   * The name of the function whose code a delivery pipeline releases, and when it replaces the function with the bundled
   * code. @default - Terraform always deploys the bundled code
   */
  readonly released?: { readonly name: string; readonly existence: Existence };
}

/**
 * A handler in its Lambda function: nodejs24.x, its own role, a log group with retention, a published version for each
 * change, and the alias `latest`, which all callers invoke.
 *
 * Which function exists decides whose code runs. Terraform updates the bundled function. The released function starts
 * with the bundled code, and then its pipeline updates it: Terraform ignores its code and its alias. There are two
 * functions for two reasons. A variable cannot make Terraform ignore an attribute. And two aliases of one function
 * cannot have the same name, even for the moment in which one replaces the other. See docs/delivery-pipelines.md.
 */
export class HandlerFunction extends Construct {
  /** Undefined if a literal says that a pipeline releases. */
  readonly bundled?: VersionedFunction;
  /** Undefined if a literal says that there is no pipeline. */
  readonly released?: VersionedFunction;
  /** The log group of the function. */
  readonly logGroup: CloudwatchLogGroup;
  private readonly execution: ServiceRole;
  private readonly whenReleased: Existence;
  private readonly account: AwsAccount;
  /** The name of the function that exists. */
  private readonly name: string;

  constructor(scope: Construct, id: string, props: HandlerFunctionProps) {
    super(scope, id);
    const { account, handler, prefix, encryption, count } = props;
    const name = physicalName(prefix, NAME_SUFFIXES[handler]);
    this.account = account;
    this.whenReleased = props.released?.existence ?? NEVER;
    this.name = this.chosen(props.released?.name ?? name, name);

    // Not /aws/lambda/<name>: Lambda may have created that group for the original, and an apply fails if the name is
    // taken.
    this.logGroup = logGroup(this, "log_group", {
      count,
      name: `/sumu/${name}`,
      retentionInDays: props.logRetentionDays,
      kmsKeyArn: encryption.keyArn,
    });
    const functionArns = this.possibleNames(name, props.released).map((possible) => this.functionArnOf(possible));
    this.execution = new ServiceRole(this, "execution", {
      account,
      count,
      name: physicalName(prefix, NAME_SUFFIXES[`${handler}Role`]),
      description: `Execution role of ${name}.`,
      service: "lambda.amazonaws.com",
      keyStatements: encryption.statements(props.keyUses ?? [], functionArns),
      statements: [
        {
          sid: "WriteOwnLog",
          actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
          resources: [`${attributeOf(this.logGroup, "arn")}:*`],
        },
        ...props.statements,
      ],
    });
    const { observation } = props;
    const rights = [
      tracingRights(this, this.execution, observation.tracing, count),
      vpcRights(this, this.execution, { account, vpc: props.vpcConfig, functionArns, count }),
      ...(props.furtherRights ?? []).map((rights) => furtherRights(this, this.execution, encryption, rights)),
    ];
    const zip = new DataArchiveFile(this, "file", {
      type: "zip",
      sourceFile: handlerBundle(this, handler),
      outputPath: `${ZIPS_FOLDER}/${props.instanceId}/${handler}.zip`,
      outputFileMode: "0644",
    });
    const common = {
      zip,
      description: props.description,
      execution: this.execution,
      timeoutSeconds: props.timeoutSeconds,
      memoryMegabytes: props.memoryMegabytes,
      architecture: props.architecture,
      reservedConcurrency: props.reservedConcurrency,
      kmsKeyArn: encryption.keyArn,
      environment: withOptional(
        { ...props.environment, ...observationEnvironment(observation) },
        props.optionalEnvironment,
      ),
      tracingConfig: tracingConfig(observation.tracing),
      vpcConfig: props.vpcConfig,
      dependsOn: rights.filter((right) => right !== undefined),
      logGroupName: attributeOf(this.logGroup, "name"),
      // Order of a switch: create the new function, point the invokers to it, remove the old one.
      createBeforeDestroy: props.released !== undefined,
    };
    const whenBundled = existsUnless(this.whenReleased);
    if (whenBundled.exists) {
      this.bundled = versionedFunction(this, "", {
        ...common,
        count: whenBundled.count ?? count,
        name,
        ownedByPipeline: false,
      });
    }
    if (props.released !== undefined && this.whenReleased.exists) {
      this.released = versionedFunction(this, "released_", {
        ...common,
        count: this.whenReleased.count,
        name: props.released.name,
        ownedByPipeline: true,
      });
    }
  }

  /** Name of the function that exists: the bundled or the released one. */
  get functionName(): string {
    return this.read(({ function: lambda }) => attributeOf(lambda, "function_name"));
  }

  /** The function that exists, bundled or released, without version or alias. */
  get functionArn(): string {
    return this.read(({ function: lambda }) => attributeOf(lambda, "arn"));
  }

  /** The execution role, to add a further policy. */
  get roleId(): string {
    return attributeOf(this.execution.role, "id");
  }

  /** The alias `latest` of each function that may exist. */
  get aliases(): readonly LambdaAlias[] {
    return [this.bundled, this.released].flatMap((one) => (one === undefined ? [] : [one.alias]));
  }

  /** The name `latest`. It is known once the alias exists, so a resource that uses it waits for the alias. */
  get aliasName(): string {
    return this.read(({ alias }) => attributeOf(alias, "name"));
  }

  /** The function through its alias `latest`. */
  get aliasArn(): string {
    return this.read(({ alias }) => attributeOf(alias, "arn"));
  }

  /** {@link aliasArn} built from its parts, for a resource that must not depend on the alias in Terraform. */
  get aliasArnByName(): string {
    return `${this.functionArnOf(this.name)}:${RELEASE_ALIAS}`;
  }

  /** {@link aliasArn} as API Gateway needs it. */
  get aliasInvokeArn(): string {
    return this.read(({ alias }) => attributeOf(alias, "invoke_arn"));
  }

  /** Either function may exist, and both have the same role. */
  private possibleNames(name: string, released: HandlerFunctionProps["released"]): string[] {
    return released === undefined || !released.existence.exists ? [name] : [name, released.name];
  }

  private functionArnOf(name: string): string {
    const { partition, region, accountId } = this.account;
    return `arn:${partition}:lambda:${region}:${accountId}:function:${name}`;
  }

  private read(attribute: (one: VersionedFunction) => string): string {
    const { bundled, released } = this;
    if (bundled === undefined || released === undefined) {
      const only = bundled ?? released;
      if (only === undefined) {
        throw new Error(`${this.node.path} has neither bundled nor released code.`);
      }
      return attribute(only);
    }
    return this.chosen(attribute(released), attribute(bundled));
  }

  private chosen(whenReleased: string, whenBundled: string): string {
    return choose(conditionOf(this.whenReleased), whenReleased, whenBundled);
  }
}
