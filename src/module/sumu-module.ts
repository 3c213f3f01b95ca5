import type { Construct } from "constructs";
import { asModule } from "./as-module";
import { SumuStack } from "./sumu-stack";

/**
 * The same as a child module: no `provider` and no `backend` block, since those are its caller's, and bundles beside its
 * own files. `for_each`, `count` and `depends_on` work on it.
 */
export class SumuModule extends SumuStack {
  constructor(scope: Construct, id: string) {
    super(scope, id, "${path.module}/handlers");
  }

  override toTerraform(): unknown {
    return asModule(super.toTerraform());
  }
}
