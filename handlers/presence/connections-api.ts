import { HttpError } from "../aws/http-error";
import { HttpPool } from "../aws/http-pool";
import { RequestSigner, sha256Hex, uriEncode } from "../aws/signature";
import { credentialsFrom, type Environment, regionFrom } from "../shared/environment";

const TIMEOUT_MS = 5_000;
const EMPTY_HASH = sha256Hex("");

export interface ConnectionsApiOptions {
  readonly environment: Environment;
  readonly maxConnections: number;
  readonly now: () => number;
}

/**
 * The part of API Gateway's `@connections` that the watchdog uses: it closes connections.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html
 */
export class ConnectionsApi {
  readonly #basePath: string;
  readonly #pool: HttpPool;
  readonly #signer: RequestSigner;
  readonly #now: () => number;

  constructor(endpoint: string, { environment, maxConnections, now }: ConnectionsApiOptions) {
    this.#basePath = `${new URL(endpoint).pathname.replace(/\/+$/, "")}/@connections/`;
    this.#pool = new HttpPool({ endpoint, maxConnections });
    this.#now = now;
    this.#signer = new RequestSigner(
      "DELETE",
      { host: this.#pool.host },
      { credentials: credentialsFrom(environment), region: regionFrom(environment), service: "execute-api" },
    );
  }

  /** The status of the answer, or why there was none. */
  async delete(connectionId: string, deadline: number): Promise<number | string> {
    let path: string;
    try {
      path = this.#basePath + uriEncode(connectionId);
    } catch {
      // The id contains half of a surrogate pair. API Gateway never creates such an id, and would answer 400.
      return 400;
    }
    try {
      const headers = this.#signer.sign(path, EMPTY_HASH, this.#now());
      const { status } = await this.#pool.request({ method: "DELETE", path, headers, timeoutMs: TIMEOUT_MS, deadline });
      return status;
    } catch (error) {
      if (error instanceof HttpError) return error.failure;
      throw error;
    }
  }

  close(): void {
    this.#pool.close();
  }
}
