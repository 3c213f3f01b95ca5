import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { isOwnName } from "../listening";
import { RequestError } from "./request-error";

/**
 * Refuses what a web page of elsewhere sends: by a name of its own for this machine (DNS rebinding), or across origins,
 * which browsers say in `Origin` and `Sec-Fetch-Site`. Another port of this machine is another origin, too.
 *
 * @throws RequestError 403
 */
export function refuseForeignPages({ headers, method, url }: IncomingMessage, names: readonly string[]): void {
  if (!isOwnName(headers.host, names))
    throw new RequestError(403, `this server answers to ${names.join(" and ")} only`);
  const site = headers["sec-fetch-site"] ?? "none";
  // A link to the page is no harm: nothing is done or shown without the key in its address.
  const isLink = method === "GET" && url === "/" && headers["sec-fetch-mode"] === "navigate";
  const isOwn = headers.origin === undefined || headers.origin === `http://${headers.host}`;
  if (!isOwn || !(site === "same-origin" || site === "none" || isLink)) {
    throw new RequestError(403, "this server does not answer pages of another origin");
  }
}

/**
 * Refuses who does not know the run's key: a process of another user of this machine.
 *
 * @throws RequestError 401
 */
export function requireKey({ headers }: IncomingMessage, key: string): void {
  const hash = (text: string): Buffer => createHash("sha256").update(text).digest();
  if (!timingSafeEqual(hash(headers.authorization ?? ""), hash(`Bearer ${key}`))) {
    throw new RequestError(401, 'the key of this run is missing: open the whole address that "npm start" printed');
  }
}
