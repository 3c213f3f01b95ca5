import type { IncomingMessage } from "node:http";
import { get as httpsGet } from "node:https";
import { decodeBody } from "./decode-body";
import { KeyFetchError } from "./key-fetch-error";
import { keyLifetimeSeconds } from "./key-lifetime";

/** What an issuer answered, and how long it holds. */
export interface KeyDocument {
  readonly body: string;
  readonly lifetimeSeconds: number;
}

/**
 * What the request says of itself. Firewalls refuse a request without a User-Agent (AWS's managed rule
 * `NoUserAgent_HEADER` is one of them).
 *
 * @see https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-baseline.html
 */
const REQUEST_HEADERS = {
  accept: "application/json, application/jwk-set+json, */*;q=0.5",
  "accept-encoding": "identity",
  "user-agent": "sumu-authorizer",
};

export interface KeyDocumentLimits {
  /** For all of it: name, connection, TLS, answer. @default 3,000 */
  readonly timeoutMs?: number;
  /** Of the answer, and of what it unpacks to. The largest known documents are a tenth of it. @default - 256 KiB */
  readonly maxBytes?: number;
}

/**
 * Gets an issuer's key document. A redirect is not followed: it would let whoever answers choose whose keys are trusted.
 * Certificates are verified; `NODE_EXTRA_CA_CERTS` adds a private authority.
 *
 * Over node:https, since a cold start pays for it: a first answer costs 33 ms of CPU over a bare process, by the global
 * fetch 72, by a raw TLS socket 29.
 *
 * @throws KeyFetchError
 */
export async function fetchKeyDocument(
  url: URL,
  { timeoutMs = 3_000, maxBytes = 256 * 1_024 }: KeyDocumentLimits = {},
): Promise<KeyDocument> {
  // Merely to import node:http costs 30 ms of CPU (its export WebSocket loads undici): only a local issuer needs it.
  const get = url.protocol === "https:" ? httpsGet : (await import("node:http")).get;
  return new Promise((resolve, reject) => {
    // No agent: one request in minutes is not worth a kept connection, which a frozen Lambda would find dead.
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
