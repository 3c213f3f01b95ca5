import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { LOOPBACK } from "../listening";
import { SetupError } from "../setup-error";

/** A port that is free at this moment. */
export async function freePort(host: string = LOOPBACK): Promise<number> {
  return bind(0, host);
}

/**
 * Checks that a port is free, before anything slow starts.
 *
 * @throws SetupError when the port is taken
 */
export async function requireFreePort(port: number, host: string = LOOPBACK): Promise<void> {
  await bind(port, host).catch((error: NodeJS.ErrnoException) => {
    throw listenFailure(error, port, host);
  });
}

/** Why a server cannot listen, and what to do. */
export function listenFailure({ code = "" }: NodeJS.ErrnoException, port: number, host: string): SetupError {
  if (["EADDRNOTAVAIL", "ENOTFOUND", "EAI_AGAIN", "EINVAL"].includes(code)) {
    return new SetupError(
      `--host ${host} is not an address of this machine (${code}): give one of its own, or 0.0.0.0 for all of them`,
    );
  }
  const reason = code === "EADDRINUSE" ? "is taken" : `cannot be used (${code})`;
  return new SetupError(`port ${port} ${reason}: stop what listens there, or choose another with --port`);
}

async function bind(port: number, host: string): Promise<number> {
  const server = createServer();
  server.listen(port, host);
  await once(server, "listening");
  const found = (server.address() as AddressInfo).port;
  server.close();
  await once(server, "close");
  return found;
}
