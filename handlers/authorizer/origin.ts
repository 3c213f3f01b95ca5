import type { ConnectEvent } from "./connect-event";
import type { DenyReason } from "./deny-reason";

/**
 * Why a page may not connect. A browser sends the page's site in the header `Origin`, and a page cannot change it. So
 * another site cannot connect with a visitor's token. A client that is not a browser may send any `Origin` or none:
 * only its token protects the connection. `null` is the origin of a page without a site (a sandboxed frame, a file),
 * and it is never listed.
 *
 * @param allowedOrigins - empty: any
 * @see https://www.rfc-editor.org/rfc/rfc6455#section-10.2
 */
export function refuseOrigin({ headers }: ConnectEvent, allowedOrigins: readonly string[]): DenyReason | undefined {
  if (allowedOrigins.length === 0) return undefined;
  const origins = Object.entries(headers ?? {}).filter(([name]) => name.toLowerCase() === "origin");
  return origins.every(([, origin]) => origin !== undefined && allowedOrigins.includes(origin))
    ? undefined
    : "origin_not_allowed";
}
