import type { Construct } from "constructs";
import { BUNDLES_CONTEXT_KEY } from "../lambda/handler-bundle";
import { SumuStack } from "./sumu-stack";

/**
 * The same as a child module: no `provider` and no `backend` block, since those are its caller's, and bundles beside its
 * own files. `for_each`, `count` and `depends_on` work on it.
 */
export class SumuModule extends SumuStack {
  constructor(scope: Construct, id: string) {
    scope.node.setContext(BUNDLES_CONTEXT_KEY, "${path.module}/handlers");
    super(scope, id);
  }

  override toTerraform(): unknown {
    return asModule(super.toTerraform());
  }
}

/** Drops what belongs to a root module, and cdktf's own notes, wherever they stand. */
function asModule(root: Record<string, unknown>): unknown {
  const { provider: _provider, terraform, ...blocks } = root;
  const { backend: _backend, ...settings } = terraform as Record<string, unknown>;
  return withoutNotes({ terraform: settings, ...blocks });
}

function withoutNotes(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(withoutNotes);
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  const kept = Object.entries(value).filter(([key]) => key !== "//");
  return Object.fromEntries(kept.map(([key, inner]) => [key, withoutNotes(inner)]));
}
