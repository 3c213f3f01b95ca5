import { Aspects, TerraformDataSource, TerraformResource } from "cdktf";
import type { Construct, IConstruct } from "constructs";

/**
 * A function that gets a resource or data source to change, and its path below the construct, such as
 * `integration/messages/queue`.
 */
export type Transform = (element: TerraformResource | TerraformDataSource, path: string) => void;

/**
 * Passes every resource and data source in the scope to the caller's function, before synthesis and after all other
 * changes.
 */
export function transformEverything(scope: Construct, transform: Transform): void {
  const above = `${scope.node.path}/`;
  Aspects.of(scope).add({
    visit(node: IConstruct): void {
      if (TerraformResource.isTerraformResource(node) || TerraformDataSource.isTerraformDataSource(node)) {
        transform(node, node.node.path.slice(above.length));
      }
    },
  });
}
