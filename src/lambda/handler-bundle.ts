import { existsSync } from "node:fs";
import path from "node:path";
import { AssetType, TerraformAsset } from "cdktf";
import type { Construct } from "constructs";
import type { HandlerName } from "../contract/handlers";
import { BUNDLES_CONTEXT_KEY } from "./bundles-context-key";

const DIST = path.resolve(__dirname, "..", "..", "dist", "handlers");

/**
 * The path where Terraform finds a handler's packed `index.mjs`. In an app the file is an asset of the synthesized
 * stack. In a module it is in the module's own folder.
 *
 * @throws Error when the handlers are not built.
 */
export function handlerBundle(scope: Construct, name: HandlerName): string {
  const bundles: unknown = scope.node.tryGetContext(BUNDLES_CONTEXT_KEY);
  if (typeof bundles === "string") {
    return `${bundles}/${name}/index.mjs`;
  }
  const file = path.join(DIST, name, "index.mjs");
  if (!existsSync(file)) {
    throw new Error(`The ${name} handler is not built: ${file} is missing. Run "npm run build" first.`);
  }
  const asset = new TerraformAsset(scope, "bundle", { path: file, type: AssetType.FILE });
  return `\${path.module}/${asset.path}`;
}
