import type { ApiDefinition } from "./api-definition";
import type { Connection } from "./connection";
import { newId } from "./new-id";

export type EventType = "CONNECT" | "MESSAGE" | "DISCONNECT";

/** One execution of a route: what templates, parameters and the access log read. */
export interface RouteRequest {
  readonly requestId: string;
  readonly body: string;
  /** On `$connect` only. */
  readonly params: RequestParams;
  /** `$context`. */
  readonly context: Readonly<Record<string, unknown>>;
  readonly stageVariables: Readonly<Record<string, string>>;
}

/** The last value of each name, and all of them. Headers keep the case in which they came. */
export interface RequestParams {
  readonly querystring: Readonly<Record<string, string>>;
  readonly header: Readonly<Record<string, string>>;
  readonly multiValueQuerystring: Readonly<Record<string, readonly string[]>>;
  readonly multiValueHeader: Readonly<Record<string, readonly string[]>>;
}

const NO_PARAMS: RequestParams = { querystring: {}, header: {}, multiValueQuerystring: {}, multiValueHeader: {} };

/** The parameters of a handshake. */
export function readParams(search: URLSearchParams, rawHeaders: readonly string[]): RequestParams {
  const headers = rawHeaders.flatMap((name, index): [string, string][] =>
    index % 2 === 0 ? [[name, rawHeaders[index + 1] ?? ""]] : [],
  );
  return {
    querystring: Object.fromEntries(search),
    header: Object.fromEntries(headers),
    multiValueQuerystring: grouped([...search]),
    multiValueHeader: grouped(headers),
  };
}

function grouped(pairs: readonly (readonly [string, string])[]): Record<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const [name, value] of pairs) groups.set(name, [...(groups.get(name) ?? []), value]);
  return Object.fromEntries(groups);
}

export function newRouteRequest(
  api: ApiDefinition,
  connection: Connection,
  execution: {
    /** Undefined: no route matches. What the client asked for is its own text, and none of the log's. */
    readonly routeKey: string | undefined;
    readonly eventType: EventType;
    readonly domainName: string;
    readonly timeEpoch: number;
    readonly body?: string;
    readonly params?: RequestParams;
  },
): RouteRequest {
  const { routeKey, eventType, domainName, timeEpoch, body = "", params = NO_PARAMS } = execution;
  const requestId = newId();
  return {
    requestId,
    body,
    params,
    stageVariables: api.stage.variables,
    context: {
      apiId: api.id,
      authorizer: connection.authorizer,
      connectedAt: connection.connectedAt,
      connectionId: connection.id,
      domainName,
      eventType,
      extendedRequestId: requestId,
      identity: connection.identity,
      ...(eventType === "MESSAGE" && { messageId: newId() }),
      requestId,
      requestTime: requestTime(timeEpoch),
      requestTimeEpoch: timeEpoch,
      routeKey,
      stage: api.stage.name,
    },
  };
}

/** `24/Nov/2026:08:15:31 +0000`, as Apache's access log has it. */
export function requestTime(epochMilliseconds: number): string {
  const [, day, month, year, time] = new Date(epochMilliseconds).toUTCString().split(" ");
  return `${day}/${month}/${year}:${time} +0000`;
}
