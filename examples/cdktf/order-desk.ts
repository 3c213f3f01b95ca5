import path from "node:path";
import { DataAwsIamPolicyDocument } from "@cdktf/provider-aws/lib/data-aws-iam-policy-document";
import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { IamRolePolicyAttachment } from "@cdktf/provider-aws/lib/iam-role-policy-attachment";
import { LambdaFunction } from "@cdktf/provider-aws/lib/lambda-function";
import { AssetType, TerraformAsset } from "cdktf";
import { Construct } from "constructs";

export interface OrderDeskProps {
  /** The queue that gets its answers. */
  readonly notificationsQueueUrl: string;
}

/** A function of the shop: its code is in order-desk/. */
export class OrderDesk extends Construct {
  readonly role: IamRole;
  readonly function: LambdaFunction;

  constructor(scope: Construct, id: string, props: OrderDeskProps) {
    super(scope, id);
    const trust = new DataAwsIamPolicyDocument(this, "trust", {
      statement: [
        { actions: ["sts:AssumeRole"], principals: [{ type: "Service", identifiers: ["lambda.amazonaws.com"] }] },
      ],
    });
    this.role = new IamRole(this, "role", { name: "shop-order-desk", assumeRolePolicy: trust.json });
    new IamRolePolicyAttachment(this, "logs", {
      role: this.role.name,
      policyArn: "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole",
    });
    const code = new TerraformAsset(this, "code", {
      path: path.join(__dirname, "order-desk"),
      type: AssetType.ARCHIVE,
    });
    this.function = new LambdaFunction(this, "function", {
      functionName: "shop-order-desk",
      role: this.role.arn,
      runtime: "nodejs24.x",
      handler: "index.handler",
      filename: code.path,
      sourceCodeHash: code.assetHash,
      timeout: 30,
      environment: { variables: { NOTIFICATIONS_QUEUE_URL: props.notificationsQueueUrl } },
    });
  }
}
