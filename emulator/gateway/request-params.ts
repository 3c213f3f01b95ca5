import { randomBytes } from "node:crypto";

/** The last value of each name, and all values. Headers keep the letter case in which they arrived. */
export interface RequestParams {
  readonly querystring: Readonly<Record<string, string>>;
  readonly header: Readonly<Record<string, string>>;
  readonly multiValueQuerystring: Readonly<Record<string, readonly string[]>>;
  readonly multiValueHeader: Readonly<Record<string, readonly string[]>>;
}

export const NO_PARAMS: RequestParams = {
  querystring: {},
  header: {},
  multiValueQuerystring: {},
  multiValueHeader: {},
};

/** Headers of the hop from client to API Gateway. No event has them. */
const HOP_HEADERS = new Set(["connection", "upgrade", "sec-websocket-extensions"]);

/** The parameters of a handshake, with the headers that API Gateway adds. On AWS, every request uses TLS. */
export function handshakeParams(
  search: URLSearchParams,
  rawHeaders: readonly string[],
  from: { readonly sourceIp: string; readonly timeEpoch: number },
): RequestParams {
  const own = rawHeaders.flatMap((name, index): [string, string][] =>
    index % 2 === 0 && !HOP_HEADERS.has(name.toLowerCase()) ? [[name, rawHeaders[index + 1] ?? ""]] : [],
  );
  const headers: [string, string][] = [
    ...own,
    ["X-Amzn-Trace-Id", traceId(from.timeEpoch)],
    ["X-Forwarded-For", from.sourceIp],
    ["X-Forwarded-Port", "443"],
    ["X-Forwarded-Proto", "https"],
  ];
  return {
    querystring: Object.fromEntries(search),
    header: Object.fromEntries(headers),
    multiValueQuerystring: grouped([...search]),
    multiValueHeader: grouped(headers),
  };
}

/** The headers of `$disconnect`. The client sends no request here, so API Gateway makes them. */
export function disconnectParams(host: string): RequestParams {
  const headers: [string, string][] = [
    ["Host", host],
    ["x-api-key", ""],
    ["X-Forwarded-For", ""],
    ["x-restapi", ""],
  ];
  return { ...NO_PARAMS, header: Object.fromEntries(headers), multiValueHeader: grouped(headers) };
}

/** `Root=1-<seconds>-<96 random bits>`, in X-Ray's format. */
export const traceId = (timeEpoch: number): string =>
  `Root=1-${Math.floor(timeEpoch / 1_000)
    .toString(16)
    .padStart(8, "0")}-${randomBytes(12).toString("hex")}`;

function grouped(pairs: readonly (readonly [string, string])[]): Record<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const [name, value] of pairs) groups.set(name, [...(groups.get(name) ?? []), value]);
  return Object.fromEntries(groups);
}
