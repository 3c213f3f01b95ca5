import { hostname, networkInterfaces } from "node:os";

/** Where the servers listen when `--host` is not given: this machine alone reaches them. */
export const LOOPBACK = "127.0.0.1";

const ALL_INTERFACES = "0.0.0.0";

/** By which other containers know the machine that they run on. */
const CONTAINERS_HOST = "host.docker.internal";

/** The host in the URLs of a server that listens there. */
export function urlHost(host: string): string {
  return host === ALL_INTERFACES ? LOOPBACK : host;
}

/**
 * The names by which requests may call a server that listens there. Any other is a foreign one: a web page's own name,
 * which its owner has pointed at this machine (DNS rebinding).
 */
export function hostNames(host: string): readonly string[] {
  const addresses = Object.values(networkInterfaces()).flatMap((list = []) => list.map(({ address }) => address));
  const own = host === ALL_INTERFACES ? [hostname(), ...addresses] : [host];
  return [...new Set([LOOPBACK, "localhost", CONTAINERS_HOST, ...own])].map((name) => name.toLowerCase());
}

/** Whether a `Host` header is one of the names, with any port: a container's may be published under another. */
export function isOwnName(header: string | undefined, names: readonly string[]): boolean {
  return names.includes((header ?? "").replace(/:\d+$/, "").toLowerCase());
}
