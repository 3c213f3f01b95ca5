import { HttpError } from "../aws/http-error";
import type { HttpPool } from "../aws/http-pool";
import { RequestSigner, uriEncode } from "../aws/signature";
import { credentialsFrom, type Environment, regionFrom } from "../shared/environment";
import type { ConnectionsEndpoint, Payload } from "./courier";
import type { PostResult } from "./post-result";

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

  /** @throws Error naming the variable when the environment lacks credentials or region. */
  constructor(
    private readonly pool: HttpPool,
    endpoint: string,
    environment: Environment,
  ) {
    this.#basePath = `${new URL(endpoint).pathname.replace(/\/+$/, "")}/@connections/`;
    this.#signer = new RequestSigner(
      "POST",
      { host: pool.host },
      { credentials: credentialsFrom(environment), region: regionFrom(environment), service: "execute-api" },
    );
  }

  async post(connectionId: string, { bytes, hash }: Payload, deadline: number): Promise<PostResult> {
    let path: string;
    try {
      path = this.#basePath + uriEncode(connectionId);
    } catch {
      // Half of a surrogate pair: API Gateway gave out no such id.
      return "unaddressable";
    }
    try {
      const { status } = await this.pool.request({
        method: "POST",
        path,
        headers: this.#signer.sign(path, hash, Date.now()),
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
