import { HttpError } from "../aws/http-error";
import type { HttpPool } from "../aws/http-pool";
import type { HttpResponse } from "../aws/http-response";
import { EMPTY_PAYLOAD_HASH, RequestSigner, uriEncode } from "../aws/signature";
import { credentialsFrom, type Environment, regionFrom } from "../shared/environment";
import type { ConnectionsEndpoint, Payload } from "./courier";
import type { PostResult } from "./post-result";

const NOTHING: Payload = { bytes: Buffer.alloc(0), hash: EMPTY_PAYLOAD_HASH };

/** API Gateway gives up after 29 s, and answers within 100 ms. A request that takes this long is most likely lost. */
const POST_TIMEOUT_MS = 10_000;

/**
 * API Gateway's `@connections`, through the stage's URL or a custom domain's.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html
 */
export class ConnectionsApi implements ConnectionsEndpoint {
  readonly #basePath: string;
  readonly #signer: RequestSigner;
  readonly #closeSigner: RequestSigner;

  /** @throws Error naming the variable if the environment lacks credentials or region. */
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
    try {
      const name = pathSegment(connectionId);
      if (name === undefined) return "unaddressable";
      const path = this.#basePath + name;
      const response = await this.pool.request({
        method,
        path,
        headers: (method === "POST" ? this.#signer : this.#closeSigner).sign(path, hash, Date.now()),
        body: bytes,
        timeoutMs: POST_TIMEOUT_MS,
        deadline,
      });
      return isFromElsewhere(response) ? "protocol" : response.status;
    } catch (error) {
      // Any other error is our own fault. It must not end the process, and a later try may succeed.
      return error instanceof HttpError ? error.failure : "protocol";
    }
  }
}

/** The id, encoded for a URL. Undefined if no URL can contain it: API Gateway has never created such an id. */
function pathSegment(connectionId: string): string | undefined {
  // An id of dots only would address another resource.
  if (connectionId === "" || connectionId === "." || connectionId === "..") return undefined;
  try {
    return uriEncode(connectionId);
  } catch {
    // The id contains half of a surrogate pair.
    return undefined;
  }
}

/**
 * Whether another server has answered (a load balancer, a firewall, a website under the endpoint's name): API Gateway
 * answers this call in JSON or with an empty body. The other server's answer says nothing about the connection. If it
 * asks for a later try, there is a later try anyway.
 */
function isFromElsewhere({ status, body, header }: HttpResponse): boolean {
  if (body.length === 0 || status === 429 || status >= 500) return false;
  return header("content-type")?.toLowerCase().startsWith("text/html") ?? false;
}
