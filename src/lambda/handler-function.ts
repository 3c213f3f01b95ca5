import { DataArchiveFile } from "@cdktf/provider-archive/lib/data-archive-file";
import { CloudwatchLogGroup } from "@cdktf/provider-aws/lib/cloudwatch-log-group";
import type { DataAwsIamPolicyDocumentStatement } from "@cdktf/provider-aws/lib/data-aws-iam-policy-document";
import { LambdaAlias } from "@cdktf/provider-aws/lib/lambda-alias";
import { LambdaFunction } from "@cdktf/provider-aws/lib/lambda-function";
import { Construct } from "constructs";
import { HANDLER_ENTRY, type HandlerName, RELEASE_ALIAS } from "../contract/handlers";
import { attributeOf } from "../terraform/attribute";
import type { AwsAccount } from "../terraform/aws-account";
import { ServiceRole } from "../terraform/service-role";
import { handlerBundle } from "./handler-bundle";

export interface HandlerFunctionProps {
  readonly account: AwsAccount;
  readonly handler: HandlerName;
  /** At most 64 characters. */
  readonly name: string;
  /** Name of the execution role: at most 64 characters. */
  readonly roleName: string;
  readonly description: string;
  readonly timeoutSeconds: number;
  /** A vCPU comes with each 1,769 MB. */
  readonly memoryMegabytes: number;
  readonly environment: Readonly<Record<string, string>>;
  /** What the function may do, besides writing its own log. */
  readonly statements: readonly DataAwsIamPolicyDocumentStatement[];
  readonly logRetentionDays: number;
  /** @default the function exists always */
  readonly count?: number;
}

/**
 * A handler in its Lambda function: nodejs24.x on arm64, a role of its own, a log group with retention, a published
 * version for each change, and the alias `latest`, which everything invokes.
 */
export class HandlerFunction extends Construct {
  readonly function: LambdaFunction;
  readonly alias: LambdaAlias;
  readonly logGroup: CloudwatchLogGroup;
  private readonly execution: ServiceRole;

  constructor(scope: Construct, id: string, props: HandlerFunctionProps) {
    super(scope, id);
    const { account, handler, name, count } = props;

    // Not /aws/lambda/<name>: Lambda may have made that one for the original, and a name that is taken fails an apply.
    this.logGroup = new CloudwatchLogGroup(this, "log_group", {
      count,
      name: `/sumu/${name}`,
      retentionInDays: props.logRetentionDays,
    });
    this.execution = new ServiceRole(this, "execution", {
      account,
      count,
      name: props.roleName,
      description: `Execution role of ${name}.`,
      service: "lambda.amazonaws.com",
      statements: [
        {
          sid: "WriteOwnLog",
          actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
          resources: [`${attributeOf(this.logGroup, "arn")}:*`],
        },
        ...props.statements,
      ],
    });
    const zip = new DataArchiveFile(this, "file", {
      type: "zip",
      sourceFile: handlerBundle(this, handler),
      // One file per function name: two instances of a module share its folder, and are planned side by side.
      outputPath: `\${path.module}/.sumu/${name}.zip`,
      outputFileMode: "0644",
    });
    this.function = new LambdaFunction(this, "function", {
      count,
      functionName: name,
      description: props.description,
      role: this.execution.arn,
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
      dependsOn: [this.execution.policy],
      loggingConfig: { logFormat: "Text", logGroup: attributeOf(this.logGroup, "name") },
    });
    this.alias = new LambdaAlias(this, "alias", {
      count,
      name: RELEASE_ALIAS,
      description: "What everything invokes; a release moves it.",
      functionName: attributeOf(this.function, "function_name"),
      functionVersion: attributeOf(this.function, "version"),
    });
  }

  get functionName(): string {
    return attributeOf(this.function, "function_name");
  }

  get functionArn(): string {
    return attributeOf(this.function, "arn");
  }

  /** Of the execution role, for a further policy. */
  get roleId(): string {
    return attributeOf(this.execution.role, "id");
  }

  /** The function through its alias `latest`. */
  get aliasArn(): string {
    return attributeOf(this.alias, "arn");
  }
}
