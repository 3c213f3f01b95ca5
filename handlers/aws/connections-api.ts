import { credentialsFrom, type Environment, regionFrom } from "../shared/environment";
import { HttpError, type HttpFailure } from "./http-error";
import { HttpPool } from "./http-pool";
import type { HttpResponse } from "./http-response";
import { EMPTY_PAYLOAD_HASH, RequestSigner, sha256Hex, uriEncode } from "./signature";

/** A message as it is sent, hashed once for all its recipients. */
export interface Payload {
  readonly bytes: Buffer;
  /** SHA-256, hexadecimal. */
  readonly hash: string;
}

/** A message for connections. */
export function payload(text: string): Payload {
  const bytes = Buffer.from(text);
  return { bytes, hash: sha256Hex(bytes) };
}

/**
 * The result of one call: the answer's status, or why there was no answer. `unaddressable`: no URL can contain the id.
 */
export type PostResult = number | HttpFailure | "unaddressable";

export interface ConnectionsApiOptions {
  /** Region and credentials. */
  readonly environment: Environment;
  /** Requests in flight at most. */
  readonly maxConnections: number;
  /** How long a request may take. @default 10000: API Gateway answers within 100 ms, or gives up after 29 s */
  readonly timeoutMs?: number;
  /** Epoch milliseconds. @default Date.now */
  readonly now?: () => number;
}

const NOTHING: Payload = { bytes: Buffer.alloc(0), hash: EMPTY_PAYLOAD_HASH };

/**
 * API Gateway's `@connections`, through the stage's URL or a custom domain's.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html
 */
export class ConnectionsApi {
  readonly #pool: HttpPool;
  readonly #basePath: string;
  readonly #signer: RequestSigner;
  readonly #closeSigner: RequestSigner;
  readonly #timeoutMs: number;
  readonly #now: () => number;

  /** @throws Error naming the variable if the environment lacks credentials or region. */
  constructor(
    endpoint: string,
    { environment, maxConnections, timeoutMs = 10_000, now = Date.now }: ConnectionsApiOptions,
  ) {
    this.#pool = new HttpPool({ endpoint, maxConnections });
    this.#basePath = `${new URL(endpoint).pathname.replace(/\/+$/, "")}/@connections/`;
    this.#timeoutMs = timeoutMs;
    this.#now = now;
    const scope = {
      credentials: credentialsFrom(environment),
      region: regionFrom(environment),
      service: "execute-api",
    };
    this.#signer = new RequestSigner("POST", { host: this.#pool.host }, scope);
    this.#closeSigner = new RequestSigner("DELETE", { host: this.#pool.host }, scope);
  }

  /** Sends a message to a connection, by the deadline (epoch milliseconds). Never throws. */
  post(connectionId: string, message: Payload, deadline: number): Promise<PostResult> {
    return this.#request("POST", connectionId, message, deadline);
  }

  /** Closes a connection, by the deadline (epoch milliseconds). Never throws. */
  close(connectionId: string, deadline: number): Promise<PostResult> {
    return this.#request("DELETE", connectionId, NOTHING, deadline);
  }

  /** Ends the kept connections to API Gateway. */
  end(): void {
    this.#pool.close();
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
      const response = await this.#pool.request({
        method,
        path,
        headers: (method === "POST" ? this.#signer : this.#closeSigner).sign(path, hash, this.#now()),
        body: bytes,
        timeoutMs: this.#timeoutMs,
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
