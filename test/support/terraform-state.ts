import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

export interface TerraformState {
  serial: number;
  readonly outputs: Readonly<Record<string, { readonly value: unknown }>>;
  readonly resources: readonly {
    readonly mode: "managed" | "data";
    readonly type: string;
    readonly name: string;
    readonly instances: readonly { readonly attributes: Record<string, unknown> }[];
  }[];
}

/**
 * The state of one root module, in memory, as a backend of Terraform. Terraform writes the file of its local backend
 * after each resource: that is half of the CPU of an apply. A backend on the network gets the state at the end.
 */
export class StateBackend {
  #state: string | undefined;
  readonly #server = createServer(async (request, response) => {
    if (request.method === "POST") this.#state = await text(request);
    else if (this.#state === undefined) response.statusCode = 404;
    response.end(request.method === "GET" ? this.#state : undefined);
  });

  /** Begins to listen. @returns the `terraform` block of a root module that has its state here */
  async start(): Promise<string> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    const { port } = this.#server.address() as AddressInfo;
    return `terraform {\n  backend "http" {\n    address = "http://127.0.0.1:${port}"\n  }\n}\n`;
  }

  /** What the applies have left. @throws Error before the first apply */
  get state(): TerraformState {
    if (this.#state === undefined) throw new Error("Nothing has been applied.");
    return JSON.parse(this.#state) as TerraformState;
  }

  /** Changes the state behind Terraform's back, as a refresh would. */
  change(edit: (state: TerraformState) => void): void {
    const state = this.state;
    edit(state);
    state.serial += 1;
    this.#state = JSON.stringify(state);
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}
