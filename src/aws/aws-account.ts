import { DataAwsCallerIdentity } from "@cdktf/provider-aws/lib/data-aws-caller-identity";
import { DataAwsPartition } from "@cdktf/provider-aws/lib/data-aws-partition";
import { DataAwsRegion } from "@cdktf/provider-aws/lib/data-aws-region";
import { Fn, TerraformLocal } from "cdktf";
import { Construct } from "constructs";

/** Where the caller's provider deploys: what ARNs are built from, so that no partition or region is written down. */
export class AwsAccount extends Construct {
  readonly accountId: string;
  readonly region: string;
  readonly partition: string;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.accountId = new DataAwsCallerIdentity(this, "caller_identity").accountId;
    const region = new DataAwsRegion(this, "aws_region");
    // The argument `region` reads back as the provider's own where it is not given; the offline stand-in leaves it null.
    this.region = new TerraformLocal(
      this,
      "region",
      Fn.coalesce([region.region, Fn.element(Fn.split(".", region.endpoint), 1)]),
    ).asString;
    this.partition = new DataAwsPartition(this, "partition").partition;
  }
}
