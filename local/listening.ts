import { hostname, networkInterfaces } from "node:os";

/** The address for servers when `--host` is not given. Only this machine can reach it. */
export const LOOPBACK = "127.0.0.1";

const ALL_INTERFACES = "0.0.0.0";

/** The name by which containers reach the machine that they run on. */
const CONTAINERS_HOST = "host.docker.internal";

/** The host for the URLs of a server that listens on this address. */
export function urlHost(host: string): string {
  return host === ALL_INTERFACES ? LOOPBACK : host;
}

/**
 * The names by which requests may address a server that listens on this address. Any other name is foreign: for
 * example, a web page's own name that its owner has pointed at this machine (DNS rebinding).
 */
export function hostNames(host: string): readonly string[] {
  const addresses = Object.values(networkInterfaces()).flatMap((list = []) => list.map(({ address }) => address));
  const own = host === ALL_INTERFACES ? [hostname(), ...addresses] : [host];
  return [...new Set([LOOPBACK, "localhost", CONTAINERS_HOST, ...own])].map((name) => name.toLowerCase());
}

/** Whether a `Host` header has one of the names. The port may be any: a container may publish it as another port. */
export function isOwnName(header: string | undefined, names: readonly string[]): boolean {
  return names.includes((header ?? "").replace(/:\d+$/, "").toLowerCase());
}
