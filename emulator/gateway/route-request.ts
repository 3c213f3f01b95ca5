import { Body } from "../velocity/body";
import type { ApiDefinition, StageDefinition } from "./api-definition";
import type { Connection } from "./connection";
import { newMessageId, newRequestId } from "./ids";
import { NO_PARAMS, type RequestParams } from "./request-params";

export type EventType = "CONNECT" | "MESSAGE" | "DISCONNECT";

/** One execution of a route: the data for templates, parameters and the access log. */
export interface RouteRequest {
  readonly requestId: string;
  readonly body: Body;
  /** Set on `$connect`; on `$disconnect`, some headers only. */
  readonly params: RequestParams;
  /** `$context`. */
  readonly context: Readonly<Record<string, unknown>>;
  readonly stageVariables: Readonly<Record<string, string>>;
}

export function newRouteRequest(
  api: ApiDefinition,
  stage: StageDefinition,
  connection: Connection,
  execution: {
    /**
     * Undefined when no route matches. The key that the client asked for is the client's own text, and must not reach
     * the log.
     */
    readonly routeKey: string | undefined;
    readonly eventType: EventType;
    readonly domainName: string;
    readonly timeEpoch: number;
    readonly body?: Body;
    readonly params?: RequestParams;
  },
): RouteRequest {
  const { routeKey, eventType, domainName, timeEpoch, body = new Body(""), params = NO_PARAMS } = execution;
  const requestId = newRequestId();
  const { ended } = connection;
  return {
    requestId,
    body,
    params,
    stageVariables: stage.variables,
    // In AWS's order.
    context: {
      routeKey,
      ...(Object.keys(connection.authorizer).length > 0 && { authorizer: connection.authorizer }),
      ...(eventType === "MESSAGE" && { messageId: newMessageId(connection.id) }),
      ...(ended && { disconnectStatusCode: ended.code }),
      eventType,
      extendedRequestId: requestId,
      requestTime: requestTime(timeEpoch),
      messageDirection: "IN",
      ...(ended && { disconnectReason: ended.reason }),
      stage: stage.name,
      connectedAt: connection.connectedAt,
      requestTimeEpoch: timeEpoch,
      identity: connection.identity,
      requestId,
      domainName,
      connectionId: connection.id,
      apiId: api.id,
    },
  };
}

/** The request with the values that the authorizer of `$connect` has added to `$context`. */
export function withAuthorizer(request: RouteRequest, authorizer: Readonly<Record<string, unknown>>): RouteRequest {
  if (Object.keys(authorizer).length === 0) return request;
  const { routeKey, ...context } = request.context;
  return { ...request, context: { routeKey, authorizer, ...context } };
}

/** `24/Nov/2026:08:15:31 +0000`, the format of Apache's access log. */
export function requestTime(epochMilliseconds: number): string {
  const [, day, month, year, time] = new Date(epochMilliseconds).toUTCString().split(" ");
  return `${day}/${month}/${year}:${time} +0000`;
}
