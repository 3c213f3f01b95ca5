import { HttpError } from "../aws/http-error";
import type { HttpPool } from "../aws/http-pool";
import { EMPTY_PAYLOAD_HASH, RequestSigner, uriEncode } from "../aws/signature";
import { credentialsFrom, type Environment, regionFrom } from "../shared/environment";
import type { ConnectionsEndpoint, Payload } from "./courier";
import type { PostResult } from "./post-result";

const NOTHING: Payload = { bytes: Buffer.alloc(0), hash: EMPTY_PAYLOAD_HASH };

/** API Gateway gives up after 29 s, and answers within 100 ms. What takes this long is lost, most likely. */
const POST_TIMEOUT_MS = 10_000;

/**
 * API Gateway's `@connections`, by the stage's URL or a custom domain's.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html
 */
export class ConnectionsApi implements ConnectionsEndpoint {
  readonly #basePath: string;
  readonly #signer: RequestSigner;
  readonly #closeSigner: RequestSigner;

  /** @throws Error naming the variable when the environment lacks credentials or region. */
  constructor(
    private readonly pool: HttpPool,
    endpoint: string,
    environment: Environment,
  ) {
    this.#basePath = `${new URL(endpoint).pathname.replace(/\/+$/, "")}/@connections/`;
    const credentials = credentialsFrom(environment);
    const scope = { credentials, region: regionFrom(environment), service: "execute-api" };
    this.#signer = new RequestSigner("POST", { host: pool.host }, scope);
    this.#closeSigner = new RequestSigner("DELETE", { host: pool.host }, scope);
  }

  post(connectionId: string, payload: Payload, deadline: number): Promise<PostResult> {
    return this.#request("POST", connectionId, payload, deadline);
  }

  close(connectionId: string, deadline: number): Promise<PostResult> {
    return this.#request("DELETE", connectionId, NOTHING, deadline);
  }

  async #request(
    method: "POST" | "DELETE",
    connectionId: string,
    { bytes, hash }: Payload,
    deadline: number,
  ): Promise<PostResult> {
    let path: string;
    try {
      path = this.#basePath + uriEncode(connectionId);
    } catch {
      // Half of a surrogate pair: API Gateway gave out no such id.
      return "unaddressable";
    }
    try {
      const { status } = await this.pool.request({
        method,
        path,
        headers: (method === "POST" ? this.#signer : this.#closeSigner).sign(path, hash, Date.now()),
        body: bytes,
        timeoutMs: POST_TIMEOUT_MS,
        deadline,
      });
      return status;
    } catch (error) {
      if (error instanceof HttpError) return error.failure;
      throw error;
    }
  }
}
