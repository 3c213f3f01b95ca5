import { Fn, TerraformLocal } from "cdktf";
import { Construct } from "constructs";

/**
 * The account, region and partition of the caller's provider. ARNs are built from them, so no partition or region is
 * hard-coded.
 */
export interface AwsAccount {
  readonly accountId: string;
  readonly region: string;
  readonly partition: string;
}

export interface ResourceAccountProps {
  /** ARN of a regional resource that an update never replaces. */
  readonly arn: string;
}

/**
 * The account of a resource, read from its ARN. Terraform knows the ARN as soon as the resource exists. Terraform does
 * not always know a data source: with `depends_on` on a module, it reads the module's data sources during the apply.
 * Then an argument that forces replacement would be unknown in the plan, and its resource would be replaced without
 * need.
 *
 * @see https://developer.hashicorp.com/terraform/language/data-sources#dependencies
 */
export class ResourceAccount extends Construct implements AwsAccount {
  readonly accountId: string;
  readonly region: string;
  readonly partition: string;

  constructor(scope: Construct, id: string, { arn }: ResourceAccountProps) {
    super(scope, id);
    // arn:<partition>:<service>:<region>:<account>:<resource>
    const part = (name: string, index: number) =>
      new TerraformLocal(this, name, Fn.element(Fn.split(":", arn), index)).asString;
    this.partition = part("partition", 1);
    this.region = part("region", 3);
    this.accountId = part("account_id", 4);
  }
}
