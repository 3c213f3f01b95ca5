import type { Construct } from "constructs";
import { Sumu } from "../sumu";
import { MOVED } from "./moved";
import { declareOutputs } from "./output";
import { requireProviders } from "./providers";
import { ReadableStack } from "./readable-stack";
import { SUMU_OUTPUTS } from "./sumu-outputs";
import { sumuVariables } from "./sumu-variables";

/** One SUMU with the original's variables and outputs: what `cdktf deploy` on this repository deploys. */
export class SumuStack extends ReadableStack {
  readonly sumu: Sumu;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    requireProviders(this, ["aws", "archive"]);
    this.sumu = new Sumu(this, "sumu", sumuVariables(this));
    this.addOverride("moved", MOVED);
    declareOutputs(this, SUMU_OUTPUTS, this.sumu);
  }
}
