import type { IncomingMessage } from "node:http";
import { get as httpsGet } from "node:https";
import { decodeBody } from "./decode-body";
import { KeyFetchError } from "./key-fetch-error";
import { keyLifetimeSeconds } from "./key-lifetime";

/** An issuer's answer, and how long it is valid. */
export interface KeyDocument {
  readonly body: string;
  readonly lifetimeSeconds: number;
}

/**
 * The headers of the request. Firewalls refuse a request without a User-Agent (AWS's managed rule `NoUserAgent_HEADER`
 * does this).
 *
 * @see https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-baseline.html
 */
const REQUEST_HEADERS = {
  accept: "application/json, application/jwk-set+json, */*;q=0.5",
  "accept-encoding": "identity",
  "user-agent": "sumu-authorizer",
};

export interface KeyDocumentLimits {
  /** The limit for the whole request: name, connection, TLS, answer. @default 3,000 */
  readonly timeoutMs?: number;
  /**
   * The limit for the answer, and for its unpacked text. The largest known documents have a tenth of it. @default - 256
   * KiB
   */
  readonly maxBytes?: number;
}

/**
 * Gets an issuer's key document. It does not follow a redirect: the answering server could then choose whose keys are
 * trusted.
 * Certificates are verified; `NODE_EXTRA_CA_CERTS` adds a private authority.
 *
 * It uses node:https because of the cold start. Compared with a bare process, a first answer costs 33 ms more CPU with
 * node:https, 72 with the global fetch, and 29 with a raw TLS socket.
 *
 * @throws KeyFetchError
 */
export async function fetchKeyDocument(
  url: URL,
  { timeoutMs = 3_000, maxBytes = 256 * 1_024 }: KeyDocumentLimits = {},
): Promise<KeyDocument> {
  // The import of node:http alone costs 30 ms of CPU (its export WebSocket loads undici). Only a local issuer needs it.
  const get = url.protocol === "https:" ? httpsGet : (await import("node:http")).get;
  return new Promise((resolve, reject) => {
    // No agent: there is one request in minutes, and a kept connection would be dead after Lambda was frozen.
    const request = get(url, { agent: false, headers: REQUEST_HEADERS }, (response) => {
      readBody(response, maxBytes).then((body) => {
        const { "cache-control": cacheControl, age } = response.headers;
        resolve({ body, lifetimeSeconds: keyLifetimeSeconds(cacheControl, age) });
      }, fail);
    });
    const timer = setTimeout(() => fail(new KeyFetchError("timeout")), timeoutMs);
    request.on("error", fail);
    request.on("close", () => clearTimeout(timer));

    function fail(error: Error & { code?: string }): void {
      reject(error instanceof KeyFetchError ? error : new KeyFetchError("unreachable", error.code));
      request.destroy();
    }
  });
}

async function readBody(response: IncomingMessage, maxBytes: number): Promise<string> {
  if (response.statusCode !== 200) {
    throw new KeyFetchError("status", String(response.statusCode));
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) {
      throw new KeyFetchError("too_large");
    }
    chunks.push(chunk);
  }
  return decodeBody(Buffer.concat(chunks), response.headers["content-encoding"], maxBytes);
}
