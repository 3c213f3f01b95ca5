import { DataAwsCallerIdentity } from "@cdktf/provider-aws/lib/data-aws-caller-identity";
import { DataAwsPartition } from "@cdktf/provider-aws/lib/data-aws-partition";
import { DataAwsRegion } from "@cdktf/provider-aws/lib/data-aws-region";
import { Fn, TerraformLocal } from "cdktf";
import { Construct } from "constructs";
import type { AwsAccount } from "./aws-account";

/**
 * The account of the caller's provider, for a module without a regional resource. It comes from data sources. Do not
 * use it for an argument that forces replacement, see {@link ResourceAccount}.
 */
export class CallerAccount extends Construct implements AwsAccount {
  readonly accountId: string;
  readonly region: string;
  readonly partition: string;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.accountId = new DataAwsCallerIdentity(this, "caller_identity").accountId;
    const region = new DataAwsRegion(this, "aws_region");
    // If the argument `region` is not set, it reads back as the provider's region. The offline stand-in leaves it null.
    this.region = new TerraformLocal(
      this,
      "region",
      Fn.coalesce([region.region, Fn.element(Fn.split(".", region.endpoint), 1)]),
    ).asString;
    this.partition = new DataAwsPartition(this, "partition").partition;
  }
}
