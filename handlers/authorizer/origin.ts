import type { ConnectEvent } from "./connect-event";
import type { DenyReason } from "./deny-reason";

/**
 * Why a page may not connect: browsers say in the header `Origin` which site's page connects, and no page can change it.
 * So another site cannot connect with the token of a visitor. A client that is no browser sends no such header, or any: for
 * it the token alone counts. `null` is the origin of a page without one (a sandboxed frame, a file), and never listed.
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
