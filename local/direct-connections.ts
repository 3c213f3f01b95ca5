import http from "node:http";

/** Hosts that a proxy resolves to another machine, or not at all. */
const LOOPBACK_NAMES = ["127.0.0.1", "localhost"];

/**
 * Keeps this process's requests to this machine away from proxies. NODE_USE_ENV_PROXY would send them to a proxy. All
 * other requests, such as those of npm and pip, still use the proxy.
 */
export function connectDirectly(): void {
  const excepted = process.env.no_proxy ?? process.env.NO_PROXY;
  const names = [...(excepted ? [excepted] : []), ...LOOPBACK_NAMES].join(",");
  // fetch reads the variables at each request; an agent of node:http reads them when it is created.
  process.env.NO_PROXY = process.env.no_proxy = names;
  http.globalAgent = new http.Agent({ keepAlive: true });
}
