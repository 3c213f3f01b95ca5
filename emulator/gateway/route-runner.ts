import { compileAccessLog, type WriteAccessLog } from "./access-log";
import type { RouteDefinition, StageDefinition } from "./api-definition";
import type { Connection } from "./connection";
import { internalServerError, RouteFault } from "./fault";
import type { GatewayOptions } from "./gateway-options";
import { type Backends, type IntegrationResult, integrate } from "./integrate";
import { type RouteRequest, withAuthorizer } from "./route-request";
import { TokenBucket } from "./token-bucket";

/** The result of one execution of a route: an integration's answer, or a fault of the gateway itself. */
type RouteOutcome = IntegrationResult | RouteFault;

/** Runs the routes of a stage with the stage's throttle, and writes its access log. Never throws. */
export class RouteRunner {
  readonly stage: StageDefinition;
  readonly #backends: Backends;
  readonly #options: GatewayOptions;
  readonly #now: () => number;
  readonly #bucket: TokenBucket | undefined;
  readonly #accessLog: WriteAccessLog | undefined;

  constructor(stage: StageDefinition, options: GatewayOptions, backends: Backends, now: () => number) {
    const { throttling, accessLogFormat } = stage;
    this.stage = stage;
    this.#options = options;
    this.#backends = backends;
    this.#now = now;
    this.#bucket = throttling && new TokenBucket(throttling, now);
    this.#accessLog = accessLogFormat === undefined ? undefined : compileAccessLog(accessLogFormat);
  }

  /**
   * Runs one route.
   *
   * @param route undefined when no route matches: API Gateway then answers Forbidden.
   * @param authorize the authorizer, on `$connect`.
   */
  async run(
    route: RouteDefinition | undefined,
    request: RouteRequest,
    connection: Connection,
    authorize?: () => Promise<void>,
  ): Promise<RouteOutcome> {
    const startedAt = this.#now();
    let outcome: RouteOutcome;
    let integrationStartedAt: number | undefined;
    try {
      if (!route) throw new RouteFault("Forbidden", 403, "no route matches and the API has no $default route");
      if (this.#bucket && request.context.eventType !== "DISCONNECT" && !this.#bucket.take()) {
        throw new RouteFault("Too Many Requests", 429, "the stage's throttling");
      }
      await authorize?.();
      integrationStartedAt = this.#now();
      const authorizer = {
        ...connection.authorizer,
        ...(authorize && { integrationLatency: integrationStartedAt - startedAt }),
      };
      outcome = await integrate(route.integration, withAuthorizer(request, authorizer), this.#backends);
      refuseFailure(route, request, outcome);
    } catch (error) {
      outcome = error instanceof RouteFault ? error : internalServerError(`unexpected ${(error as Error).name}`);
    }
    this.#report(outcome, request, connection, { startedAt, integrationStartedAt });
    return outcome;
  }

  /** Writes a row of the stage's access log. */
  writeAccessLog(context: Readonly<Record<string, unknown>>): void {
    if (this.#accessLog) this.#options.onAccessLog?.(this.#accessLog(context));
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
    const now = this.#now();
    const latency = times.integrationStartedAt === undefined ? undefined : now - times.integrationStartedAt;
    const authorizerLatency = (times.integrationStartedAt ?? now) - times.startedAt;
    // integration.* and responseLength have no value: on AWS they are "-" in every row of a WebSocket API.
    this.writeAccessLog({
      ...context,
      status: outcome.status,
      authorizer: { ...connection.authorizer, latency: authorizerLatency },
      integrationLatency: latency,
      integrationErrorMessage: latency === undefined ? undefined : fault?.reason,
      ...(fault && {
        error: {
          message: fault.message,
          messageString: JSON.stringify(fault.message),
          responseType: fault.responseType,
        },
      }),
    });
  }
}

/** If an AWS service or MOCK fails, the handshake ends. A function's answer is the handshake's own answer. */
function refuseFailure(
  { integration: { target } }: RouteDefinition,
  request: RouteRequest,
  { status }: IntegrationResult,
) {
  if (request.context.eventType === "MESSAGE" || (status >= 200 && status <= 299)) return;
  if (target !== "MOCK" && "functionArn" in target) return;
  throw new RouteFault("Internal server error", status < 400 ? 500 : status, `the integration answered ${status}`);
}
