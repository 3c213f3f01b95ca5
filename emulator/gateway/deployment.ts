import type { ApiDefinition, RouteDefinition } from "./api-definition";
import type { GatewayOptions } from "./gateway-options";
import type { Backends } from "./integrate";
import { RouteRunner } from "./route-runner";
import { compileSelection, type Selection } from "./selection-expression";

/** One configuration of the API, ready to serve. */
export class Deployment {
  readonly api: ApiDefinition;
  /** The route key that a message asks for. */
  readonly selectRoute: Selection;
  readonly #stages: ReadonlyMap<string, RouteRunner>;

  constructor(api: ApiDefinition, options: GatewayOptions, backends: Backends, now: () => number) {
    this.api = api;
    this.selectRoute = compileSelection(api.routeSelectionExpression);
    this.#stages = new Map(api.stages.map((stage) => [stage.name, new RouteRunner(stage, options, backends, now)]));
  }

  /** Undefined when the API has no stage of this name. */
  stage(name: string): RouteRunner | undefined {
    return this.#stages.get(name);
  }

  /** The route for a message: the route that it asks for, or `$default`. */
  routeFor(routeKey: string | undefined): RouteDefinition | undefined {
    const { routes } = this.api;
    const own = routeKey === undefined || routeKey.startsWith("$") ? undefined : routes.get(routeKey);
    return own ?? routes.get("$default");
  }
}
