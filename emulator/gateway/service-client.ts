import { createHash, createHmac } from "node:crypto";
import { SignatureV4 } from "@smithy/signature-v4";
import { Pool } from "undici";
import type { ServiceTarget } from "./api-definition";
import { refusalOfAws } from "./emulator-leniency";
import { internalServerError, RouteFault } from "./fault";
import type { AssumeRole } from "./gateway-options";
import type { ServiceRequest, ServiceResponse } from "./service-messages";

/** Native SHA-256 in the shape that SignatureV4 takes. */
export class Sha256 {
  readonly #hash: ReturnType<typeof createHash> | ReturnType<typeof createHmac>;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash("sha256") : createHmac("sha256", secret as string | Uint8Array);
  }

  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(data as string | Uint8Array);
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }

  reset(): void {
    throw new Error("use a hash once only");
  }
}

const CONCURRENT_CALLS = 64;

/** Sends an integration's requests to AWS services at one endpoint, as API Gateway does: signed, with a time-out. */
export class ServiceClient {
  readonly #pool: Pool;
  readonly #host: string;
  readonly #assumeRole: AssumeRole;
  readonly #signers = new Map<string, SignatureV4>();

  constructor(endpoint: string, assumeRole: AssumeRole) {
    const url = new URL(endpoint);
    this.#host = url.host;
    this.#assumeRole = assumeRole;
    this.#pool = new Pool(url.origin, { connections: CONCURRENT_CALLS });
  }

  /** @throws RouteFault 504 after the time-out, 500 when the endpoint cannot be reached. */
  async call(target: ServiceTarget, request: ServiceRequest, timeoutMilliseconds: number): Promise<ServiceResponse> {
    const refusal = refusalOfAws(target, request.body);
    if (refusal) return refusal;
    const { path, query, headers } = addressOf(target, request);
    const signed = await this.#sign(target, {
      method: "POST",
      protocol: "http:",
      hostname: this.#host,
      path,
      query,
      headers: { host: this.#host, ...headers },
      body: request.body,
    });
    const search = new URLSearchParams(query).toString();
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), timeoutMilliseconds);
    try {
      const response = await this.#pool.request({
        method: "POST",
        path: search === "" ? path : `${path}?${search}`,
        headers: signed.headers,
        body: request.body,
        signal: abort.signal,
      });
      return { status: response.statusCode, body: await response.body.text() };
    } catch (error) {
      if (abort.signal.aborted) {
        throw new RouteFault(
          "Endpoint request timed out",
          504,
          `${target.service} did not answer in ${timeoutMilliseconds} ms`,
        );
      }
      throw internalServerError(
        `${target.service} cannot be reached: ${(error as NodeJS.ErrnoException).code ?? "error"}`,
      );
    } finally {
      clearTimeout(timer);
    }
  }

  /** Ends the calls that are in flight. */
  async destroy(): Promise<void> {
    await this.#pool.destroy();
  }

  async #sign(
    { region, service, roleArn }: ServiceTarget,
    request: Parameters<SignatureV4["sign"]>[0],
  ): ReturnType<SignatureV4["sign"]> {
    const credentials = await this.#assumeRole(roleArn).catch((error: Error) => {
      throw internalServerError(`API Gateway cannot assume ${roleArn}: ${error.message}`);
    });
    let signer = this.#signers.get(`${credentials.accessKeyId}/${service}/${region}`);
    if (!signer) {
      signer = new SignatureV4({ credentials, region, service, sha256: Sha256, applyChecksum: false });
      this.#signers.set(`${credentials.accessKeyId}/${service}/${region}`, signer);
    }
    return signer.sign(request);
  }
}

/** DynamoDB's JSON protocol has the action in a header. The query protocol of SNS and SQS has it in a parameter. */
function addressOf(
  { service, action, path = "/" }: ServiceTarget,
  { headers, query }: ServiceRequest,
): { readonly path: string; readonly query: Record<string, string>; readonly headers: Record<string, string> } {
  if (service === "dynamodb") {
    const target = { "x-amz-target": `DynamoDB_20120810.${action}`, "content-type": "application/x-amz-json-1.0" };
    return { path: "/", query: { ...query }, headers: { ...headers, ...target } };
  }
  return { path, query: { ...(action !== undefined && { Action: action }), ...query }, headers: { ...headers } };
}
