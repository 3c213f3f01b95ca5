import { ArchiveProvider } from "@cdktf/provider-archive/lib/provider";
import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import type { Construct } from "constructs";
import { Sumu } from "../sumu";
import { ReadableStack } from "./readable-stack";
import { sumuOutputs } from "./sumu-outputs";
import { sumuVariables } from "./sumu-variables";

/** Terraform as of 1.3: optional object attributes with defaults. */
const REQUIRED_TERRAFORM = ">= 1.3.0";

/** nodejs24.x came with aws 6.19; a prebuilt provider would pin its one exact version. */
const PROVIDER_RANGES = { aws: ">= 6.19.0, < 7.0.0", archive: ">= 2.4.0, < 3.0.0" };

/** One SUMU with the original's variables and outputs: what `cdktf deploy` on this repository deploys. */
export class SumuStack extends ReadableStack {
  readonly sumu: Sumu;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    new AwsProvider(this, "aws");
    new ArchiveProvider(this, "archive");
    this.addOverride("terraform.required_version", REQUIRED_TERRAFORM);
    for (const [name, range] of Object.entries(PROVIDER_RANGES)) {
      this.addOverride(`terraform.required_providers.${name}`, { source: `hashicorp/${name}`, version: range });
    }
    this.sumu = new Sumu(this, "sumu", sumuVariables(this));
    sumuOutputs(this, this.sumu);
  }
}
