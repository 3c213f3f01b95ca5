import { compileAccessLog, type WriteAccessLog } from "./access-log";
import type { ApiDefinition, RouteDefinition } from "./api-definition";
import type { Connection } from "./connection";
import { internalServerError, RouteFault } from "./fault";
import type { GatewayOptions } from "./gateway-options";
import { type IntegrationResult, integrate } from "./integrate";
import type { RouteRequest } from "./route-request";
import type { ServiceClient } from "./service-client";
import { TokenBucket } from "./token-bucket";

/** How one execution of a route ended: an integration's answer, or a fault of the gateway's own. */
export type RouteOutcome = IntegrationResult | RouteFault;

/** Runs routes under the stage's throttling, and writes the access log. Never throws. */
export class RouteRunner {
  readonly #api: ApiDefinition;
  readonly #services: ServiceClient;
  readonly #options: GatewayOptions;
  readonly #now: () => number;
  readonly #bucket: TokenBucket | undefined;
  readonly #accessLog: WriteAccessLog | undefined;

  constructor(options: GatewayOptions, services: ServiceClient, now: () => number) {
    const { throttling, accessLogFormat } = options.api.stage;
    this.#api = options.api;
    this.#options = options;
    this.#services = services;
    this.#now = now;
    this.#bucket = throttling && new TokenBucket(throttling, now);
    this.#accessLog = accessLogFormat === undefined ? undefined : compileAccessLog(accessLogFormat);
  }

  /**
   * Runs one route.
   *
   * @param route undefined: no route matches, which API Gateway answers with Forbidden.
   * @param before the authorizer, on `$connect`.
   */
  async run(
    route: RouteDefinition | undefined,
    request: RouteRequest,
    connection: Connection,
    before?: () => Promise<void>,
  ): Promise<RouteOutcome> {
    const startedAt = this.#now();
    let outcome: RouteOutcome;
    let integrationStartedAt: number | undefined;
    try {
      if (!route) throw new RouteFault("Forbidden", 403, "no route matches and the API has no $default route");
      if (this.#bucket && request.context.eventType !== "DISCONNECT" && !this.#bucket.take()) {
        throw new RouteFault("Too Many Requests", 429, "the stage's throttling");
      }
      await before?.();
      integrationStartedAt = this.#now();
      const authorized = { ...request, context: { ...request.context, authorizer: connection.authorizer } };
      outcome = await integrate(route.integration, authorized, this.#services);
      if (request.context.eventType !== "MESSAGE" && (outcome.status < 200 || outcome.status > 299)) {
        const status = outcome.status < 400 ? 500 : outcome.status;
        throw new RouteFault("Internal server error", status, `the integration answered ${outcome.status}`);
      }
    } catch (error) {
      outcome = error instanceof RouteFault ? error : internalServerError(`unexpected ${(error as Error).name}`);
    }
    this.#report(outcome, request, connection, { startedAt, integrationStartedAt });
    return outcome;
  }

  /** The route that a message's body picks: its own, or `$default`. */
  routeFor(routeKey: string | undefined): RouteDefinition | undefined {
    const { routes } = this.#api;
    const own = routeKey === undefined || routeKey.startsWith("$") ? undefined : routes.get(routeKey);
    return own ?? routes.get("$default");
  }

  #report(
    outcome: RouteOutcome,
    request: RouteRequest,
    connection: Connection,
    times: { readonly startedAt: number; readonly integrationStartedAt: number | undefined },
  ): void {
    const { context, requestId } = request;
    const fault = outcome instanceof RouteFault ? outcome : undefined;
    if (fault) {
      const routeKey = String(context.routeKey ?? "none");
      this.#options.onFault?.({ routeKey, connectionId: connection.id, requestId, reason: fault.reason });
    }
    if (!this.#accessLog || !this.#options.onAccessLog) return;
    const now = this.#now();
    const latency = times.integrationStartedAt === undefined ? undefined : now - times.integrationStartedAt;
    const authorizerLatency = (times.integrationStartedAt ?? now) - times.startedAt;
    const integrationError = latency === undefined ? undefined : fault?.reason;
    this.#options.onAccessLog(
      this.#accessLog({
        ...context,
        status: outcome.status,
        authorizer: { ...connection.authorizer, latency: authorizerLatency },
        integrationLatency: latency,
        integrationErrorMessage: integrationError,
        integration: {
          latency,
          error: integrationError,
          ...(!fault && { status: outcome.status, integrationStatus: outcome.status }),
        },
        ...(fault && { error: { message: fault.message, messageString: JSON.stringify(fault.message) } }),
      }),
    );
  }
}
