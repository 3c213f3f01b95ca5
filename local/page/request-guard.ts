import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { isOwnName } from "../listening";
import { RequestError } from "./request-error";

/**
 * Refuses requests from other web pages. Such a request uses the page's own name for this machine (DNS rebinding), or
 * comes from another origin, which browsers say in `Origin` and `Sec-Fetch-Site`. Another port of this machine is
 * another origin, too.
 *
 * @throws RequestError 403
 */
export function refuseForeignPages({ headers, method, url }: IncomingMessage, names: readonly string[]): void {
  if (!isOwnName(headers.host, names))
    throw new RequestError(403, `this server answers to ${names.join(" and ")} only`);
  const site = headers["sec-fetch-site"] ?? "none";
  // A link to the page is harmless: without the key in the address, nothing is done or shown.
  const isLink = method === "GET" && url === "/" && headers["sec-fetch-mode"] === "navigate";
  const isOwn = headers.origin === undefined || headers.origin === `http://${headers.host}`;
  if (!isOwn || !(site === "same-origin" || site === "none" || isLink)) {
    throw new RequestError(403, "this server does not answer pages of another origin");
  }
}

/**
 * Refuses callers without the run's key, such as a process of another user of this machine.
 *
 * @throws RequestError 401
 */
export function requireKey({ headers }: IncomingMessage, key: string): void {
  const hash = (text: string): Buffer => createHash("sha256").update(text).digest();
  if (!timingSafeEqual(hash(headers.authorization ?? ""), hash(`Bearer ${key}`))) {
    throw new RequestError(401, 'the key of this run is missing: open the whole address that "npm start" printed');
  }
}
