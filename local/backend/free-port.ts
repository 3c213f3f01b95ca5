import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { SetupError } from "../setup-error";

/** A port of the loopback interface that nobody listens on at this moment. */
export async function freePort(): Promise<number> {
  return bind(0);
}

/**
 * Makes sure that nobody listens on a port, before anything slow is begun.
 *
 * @throws SetupError when someone does
 */
export async function requireFreePort(port: number): Promise<void> {
  await bind(port).catch((error: NodeJS.ErrnoException) => {
    const reason = error.code === "EADDRINUSE" ? "is taken" : `cannot be used (${error.code})`;
    throw new SetupError(`port ${port} ${reason}: stop what listens there, or choose another with --port`);
  });
}

async function bind(port: number): Promise<number> {
  const server = createServer();
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const found = (server.address() as AddressInfo).port;
  server.close();
  await once(server, "close");
  return found;
}
