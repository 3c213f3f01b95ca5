import type { Construct } from "constructs";
import { BUNDLES_CONTEXT_KEY } from "../lambda/bundles-context-key";
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

  /** @param bundles - the folder of the handlers' bundles, as an expression. @default - assets of the synthesized stack */
  constructor(scope: Construct, id: string, bundles?: string) {
    super(scope, id);
    if (bundles !== undefined) this.node.setContext(BUNDLES_CONTEXT_KEY, bundles);
    requireProviders(this, ["aws", "archive"]);
    this.sumu = new Sumu(this, "sumu", sumuVariables(this));
    this.addOverride("moved", MOVED);
    declareOutputs(this, SUMU_OUTPUTS, this.sumu);
  }
}
