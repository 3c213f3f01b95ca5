import { credentialsFrom, type Environment, regionFrom } from "../shared/environment";
import { AwsError } from "./aws-error";
import { fullJitterMs } from "./backoff";
import { serviceEndpoint } from "./endpoint";
import { HttpError } from "./http-error";
import { HttpPool } from "./http-pool";
import type { HttpResponse } from "./http-response";
import { isPermanent } from "./is-permanent";
import { RequestSigner, sha256Hex } from "./signature";

/** The default for the requests in flight to a service. */
export const DEFAULT_MAX_CONNECTIONS = 16;

export interface AwsOptions {
  /**
   * Endpoint, region and credentials are read at the first call, because Lambda sets them for the life of the process
   * (and the SDK's provider keeps them as long). @default process.env
   */
  readonly environment?: Environment;
  /** Requests in flight at most. @default {@link DEFAULT_MAX_CONNECTIONS} */
  readonly maxConnections?: number;
  /** Trusted instead of Node's own certificates and NODE_EXTRA_CA_CERTS. @default - those */
  readonly ca?: string;
  /** Epoch milliseconds. @default Date.now */
  readonly now?: () => number;
  /** From 0 to 1. @default Math.random */
  readonly random?: () => number;
  /** @default - a timer */
  readonly sleep?: (ms: number) => Promise<void>;
}

export interface CallOptions {
  /** Epoch milliseconds by which the call has ended, retries included. @default - none */
  readonly deadline?: number;
  /** `until-deadline`: for data that is lost if the call gives up. It needs a deadline. @default - 8 tries */
  readonly tries?: "until-deadline";
}

interface AwsRequest<Output> {
  readonly operation: string;
  /** All are signed. `host` is added. They are the same for every call of the operation. */
  readonly headers: Readonly<Record<string, string>>;
  readonly path?: string;
  readonly body: string;
  /** The target, if it is not the service's endpoint. */
  readonly endpoint?: string;
  /** Reads the answer of a successful call (2xx). Throws if the service never gives this kind of answer. */
  readonly read: (body: string) => Output;
}

interface Target {
  readonly pool: HttpPool;
  readonly pathname: string;
  /** By operation. */
  readonly signers: Map<string, RequestSigner>;
}

/** DynamoDB needs about 100 ms for a read of 1 MB. A request that takes ten times as long is lost. */
const ATTEMPT_TIMEOUT_MS = 5_000;
const MAX_ATTEMPTS = 8;
const BACKOFF = { baseMs: 50, ceilingMs: 3_000 };

/**
 * Signed calls to one AWS service. A failed call is tried again, with full jitter, unless its code says that no try can
 * succeed ({@link isPermanent}). There are at most 8 tries, and none after the call's deadline. If the caller cannot
 * read an answer of 2xx, this counts as a failure, too. If a write's answer is lost, the write is sent again. A
 * conditional write may then find its condition false because its first try succeeded.
 */
export class AwsService {
  readonly #targets = new Map<string, Target>();
  #endpoint: string | undefined;
  readonly #environment: Environment;
  readonly #maxConnections: number;
  readonly #ca: string | undefined;
  readonly #now: () => number;
  readonly #random: () => number;
  readonly #sleep: (ms: number) => Promise<void>;

  /** @param service - Signing name and host name: `dynamodb`, `sqs`, `sns`. */
  constructor(
    readonly service: string,
    options: AwsOptions = {},
  ) {
    this.#environment = options.environment ?? process.env;
    this.#maxConnections = options.maxConnections ?? DEFAULT_MAX_CONNECTIONS;
    this.#ca = options.ca;
    this.#now = options.now ?? Date.now;
    this.#random = options.random ?? Math.random;
    this.#sleep = options.sleep ?? ((ms) => new Promise((resolve) => setTimeout(resolve, ms)));
  }

  get environment(): Environment {
    return this.#environment;
  }

  /**
   * The answer of a successful call.
   *
   * @throws {@link AwsError} The service refused it permanently, or every try failed.
   */
  async call<Output>(request: AwsRequest<Output>, { deadline, tries }: CallOptions = {}): Promise<Output> {
    for (let failures = 1; ; failures++) {
      const attempt = await this.#attempt(request, deadline);
      if ("output" in attempt) return attempt.output;
      const isLast = failures >= MAX_ATTEMPTS && (tries !== "until-deadline" || deadline === undefined);
      if (attempt.isPermanent || isLast || !(await this.pause(failures, deadline))) throw attempt.error;
    }
  }

  /** Waits before the next try. Returns false at once if the deadline comes first. */
  async pause(failures: number, deadline: number | undefined): Promise<boolean> {
    const waitMs = fullJitterMs(failures, BACKOFF, this.#random);
    if (deadline !== undefined && this.#now() + waitMs >= deadline) return false;
    await this.#sleep(waitMs);
    return true;
  }

  /** Ends the kept connections. */
  close(): void {
    for (const { pool } of this.#targets.values()) pool.close();
    this.#targets.clear();
  }

  async #attempt<Output>(
    { operation, headers, path, body, endpoint, read }: AwsRequest<Output>,
    deadline: number | undefined,
  ): Promise<{ readonly output: Output } | { readonly error: AwsError; readonly isPermanent: boolean }> {
    this.#endpoint ??= serviceEndpoint(this.service, this.#environment);
    const target = this.#target(endpoint ?? this.#endpoint);
    const bytes = Buffer.from(body);
    const requestPath = path ?? target.pathname;
    const signer = this.#signer(target, operation, headers);
    let response: HttpResponse;
    try {
      response = await target.pool.request({
        method: "POST",
        path: requestPath,
        headers: signer.sign(requestPath, sha256Hex(bytes), this.#now()),
        body: bytes,
        timeoutMs: ATTEMPT_TIMEOUT_MS,
        deadline,
        repeatable: true,
      });
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
      return {
        error: new AwsError(this.service, operation, error.failure, undefined, undefined, error),
        isPermanent: error.failure === "deadline",
      };
    }
    const failed = (code: string) =>
      new AwsError(this.service, operation, code, response.status, response.header("x-amzn-requestid"));
    if (response.status < 200 || response.status >= 300) {
      const code = errorCode(response);
      return {
        error: failed(code),
        isPermanent: response.status === 413 || (response.status < 500 && isPermanent(code)),
      };
    }
    try {
      return { output: read(response.body.toString()) };
    } catch {
      // The cause is left out, because a parser's error quotes the text.
      return { error: failed("InvalidResponse"), isPermanent: false };
    }
  }

  #target(endpoint: string): Target {
    let target = this.#targets.get(endpoint);
    if (target === undefined) {
      const pool = new HttpPool({ endpoint, maxConnections: this.#maxConnections, ca: this.#ca });
      target = { pool, pathname: new URL(endpoint).pathname, signers: new Map() };
      this.#targets.set(endpoint, target);
    }
    return target;
  }

  #signer({ pool, signers }: Target, operation: string, headers: Readonly<Record<string, string>>): RequestSigner {
    let signer = signers.get(operation);
    if (signer === undefined) {
      const environment = this.#environment;
      signer = new RequestSigner(
        "POST",
        { ...headers, host: pool.host },
        { credentials: credentialsFrom(environment), region: regionFrom(environment), service: this.service },
      );
      signers.set(operation, signer);
    }
    return signer;
  }
}

/**
 * The short code of a refusal, from the header `x-amzn-errortype`, a JSON body's `__type` or an XML body's `<Code>`.
 * The namespace, and the documentation's address after a colon, are removed.
 */
function errorCode(response: HttpResponse): string {
  const body = response.body.toString("utf8", 0, 4_096);
  const raw =
    response.header("x-amzn-errortype") ??
    /"(?:__type|code)"\s*:\s*"([^"]*)"/.exec(body)?.[1] ??
    /<Code>([^<]*)<\/Code>/.exec(body)?.[1] ??
    "";
  const code = /^(?:[^#]*#)?([\w.]+)/.exec(raw)?.[1];
  return code ?? `HTTP ${response.status}`;
}
