import { Aspects, TerraformDataSource, TerraformResource } from "cdktf";
import type { Construct, IConstruct } from "constructs";

/** What {@link transformEverything} calls: the element, and its path below the scope, such as `integration/messages/queue`. */
export type Transform = (element: TerraformResource | TerraformDataSource, path: string) => void;

/** Hands every resource and data source in the scope to the caller before synthesis, after everything else set it. */
export function transformEverything(scope: Construct, transform: Transform): void {
  const above = `${scope.node.path}/`;
  Aspects.of(scope).add({
    visit(node: IConstruct): void {
      if (node instanceof TerraformResource || node instanceof TerraformDataSource) {
        transform(node, node.node.path.slice(above.length));
      }
    },
  });
}
