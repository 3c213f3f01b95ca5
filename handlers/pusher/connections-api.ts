import { credentialsFrom, type Environment, regionFrom } from "../shared/environment";
import { HttpError } from "../shared/http-error";
import type { HttpPool } from "../shared/http-pool";
import { signRequest, uriEncode } from "../shared/signature";
import type { ConnectionsEndpoint, Payload } from "./courier";
import type { PostResult } from "./verdict";

/** API Gateway gives up after 29 s, and answers within 100 ms. What takes this long is lost, most likely. */
const POST_TIMEOUT_MS = 10_000;

/**
 * API Gateway's `@connections`, by the stage's URL or a custom domain's.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html
 */
export class ConnectionsApi implements ConnectionsEndpoint {
  readonly #basePath: string;

  constructor(
    private readonly pool: HttpPool,
    endpoint: string,
    private readonly environment: Environment,
  ) {
    this.#basePath = `${new URL(endpoint).pathname.replace(/\/+$/, "")}/@connections/`;
  }

  async post(connectionId: string, { bytes, hash }: Payload, deadline: number): Promise<PostResult> {
    const path = this.#basePath + uriEncode(connectionId);
    const headers = signRequest(
      { method: "POST", path, headers: { host: this.pool.host }, payloadHash: hash },
      {
        credentials: credentialsFrom(this.environment),
        region: regionFrom(this.environment),
        service: "execute-api",
        now: Date.now(),
      },
    );
    try {
      const { status } = await this.pool.request({
        method: "POST",
        path,
        headers,
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
