import type { AddressInfo } from "node:net";
import { connect, createServer, type Server, type Socket } from "node:net";

/** A network between a client and a server of this machine, which can be away without a word, as a Wi-Fi is. */
export class Network {
  readonly #server: Server;
  readonly #pairs = new Set<readonly [Socket, Socket]>();
  #isAway = false;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** @param port - of the server, on 127.0.0.1 */
  static async to(port: number): Promise<Network> {
    const server = createServer();
    const network = new Network(server);
    server.on("connection", (socket) => network.#join(socket, connect(port, "127.0.0.1")));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return network;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Nothing passes any more. The sockets stay open on both sides, and never say anything again. */
  leave(): void {
    this.#isAway = true;
    for (const [one, other] of this.#pairs) {
      one.unpipe(other);
      other.unpipe(one);
    }
  }

  /** New connections pass again. */
  comeBack(): void {
    this.#isAway = false;
  }

  async stop(): Promise<void> {
    for (const pair of this.#pairs) for (const socket of pair) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #join(one: Socket, other: Socket): void {
    if (this.#isAway) {
      one.destroy();
      other.destroy();
      return;
    }
    const pair = [one, other] as const;
    this.#pairs.add(pair);
    for (const socket of pair) {
      // The other side ends with it.
      socket.on("error", () => {});
      socket.on("close", () => {
        this.#pairs.delete(pair);
        if (!this.#isAway) for (const side of pair) side.destroy();
      });
    }
    one.pipe(other);
    other.pipe(one);
  }
}
