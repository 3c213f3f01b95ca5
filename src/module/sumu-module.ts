import type { Construct } from "constructs";
import { asModule } from "./as-module";
import { SumuStack } from "./sumu-stack";

/**
 * The same stack as a child module. It has no `provider` and no `backend` block, because its caller has them, and its
 * bundles are beside its own files. `for_each`, `count` and `depends_on` work on it.
 */
export class SumuModule extends SumuStack {
  constructor(scope: Construct, id: string) {
    super(scope, id, "${path.module}/handlers");
  }

  override toTerraform(): unknown {
    return asModule(super.toTerraform());
  }
}
