import { timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { SignatureV4 } from "@smithy/signature-v4";
import type { Credentials } from "./gateway-options";
import { Sha256 } from "./service-client";

interface SignedRequest {
  readonly method: string;
  /** The path as it arrived, still percent-encoded. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Uint8Array;
}

/** The reason why a signature is refused: AWS's error type and message. */
interface SignatureRefusal {
  readonly type: string;
  readonly message: string;
}

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/;
const AMZ_DATE = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;
const MAX_SKEW_MILLISECONDS = 5 * 60_000;

const refusal = (type: string, message: string): SignatureRefusal => ({ type, message });

const MISMATCH = refusal(
  "InvalidSignatureException",
  "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.",
);

/** The access key of a request's signature. Do not trust it before the signature is verified. */
export const accessKeyOf = ({ authorization = "" }: IncomingHttpHeaders): string | undefined =>
  AUTHORIZATION.exec(authorization)?.[1];

/** Verifies Signature Version 4 for execute-api against known credentials. Undefined: the request is genuine. */
export class SignatureVerifier {
  readonly #credentials: ReadonlyMap<string, { readonly credentials: Credentials; readonly signer: SignatureV4 }>;
  readonly #region: string;
  readonly #now: () => number;

  constructor(credentials: readonly Credentials[], region: string, now: () => number) {
    this.#region = region;
    this.#now = now;
    this.#credentials = new Map(credentials.map((one) => [one.accessKeyId, this.#signing(one)]));
  }

  /** Whether a key is one of the credentials that were given at the start. */
  knows(accessKeyId: string): boolean {
    return this.#credentials.has(accessKeyId);
  }

  #signing(credentials: Credentials): { readonly credentials: Credentials; readonly signer: SignatureV4 } {
    const { accessKeyId, secretAccessKey } = credentials;
    const signer = new SignatureV4({
      credentials: { accessKeyId, secretAccessKey },
      region: this.#region,
      service: "execute-api",
      sha256: Sha256,
      applyChecksum: false,
    });
    return { credentials, signer };
  }

  /** @param others - further credentials that may sign */
  async verify(request: SignedRequest, others: readonly Credentials[] = []): Promise<SignatureRefusal | undefined> {
    const { headers } = request;
    if (headers.authorization === undefined) {
      return refusal("MissingAuthenticationTokenException", "Missing Authentication Token");
    }
    const [, accessKeyId = "", day, region, service, names = "", signature = ""] =
      AUTHORIZATION.exec(headers.authorization) ?? [];
    const signedHeaders = names.split(";");
    if (signature === "") {
      return refusal(
        "IncompleteSignatureException",
        "Authorization header requires Credential, SignedHeaders and Signature.",
      );
    }
    const date = String(headers["x-amz-date"] ?? "");
    if (!signedHeaders.includes("host") || !signedHeaders.includes("x-amz-date") || !AMZ_DATE.test(date)) {
      return refusal("IncompleteSignatureException", "'host' and 'X-Amz-Date' must be signed headers of the request.");
    }
    if (service !== "execute-api" || region !== this.#region || day !== date.slice(0, 8)) {
      return refusal("InvalidSignatureException", `Credential should be scoped to ${this.#region}/execute-api.`);
    }
    const signedAt = Date.parse(date.replace(AMZ_DATE, "$1-$2-$3T$4:$5:$6Z"));
    if (!(Math.abs(this.#now() - signedAt) <= MAX_SKEW_MILLISECONDS)) {
      return refusal(
        "InvalidSignatureException",
        `Signature expired: ${date} is not within 5 minutes of the gateway's time`,
      );
    }
    const other = others.find((one) => one.accessKeyId === accessKeyId);
    const known = this.#credentials.get(accessKeyId) ?? (other && this.#signing(other));
    const token = known?.credentials.sessionToken;
    if (!known || (token !== undefined && headers["x-amz-security-token"] !== token)) {
      return refusal("UnrecognizedClientException", "The security token included in the request is invalid.");
    }
    if (!(await hashesBody(request))) return MISMATCH;
    return (await isSignature(known.signer, request, signedHeaders, new Date(signedAt), signature))
      ? undefined
      : MISMATCH;
  }
}

/** The signature covers `x-amz-content-sha256` and not the body, so this header must be the body's hash. */
async function hashesBody({ headers, body }: SignedRequest): Promise<boolean> {
  const claimed = headers["x-amz-content-sha256"];
  if (claimed === undefined) return true;
  const hash = new Sha256();
  hash.update(body);
  return claimed === Buffer.from(await hash.digest()).toString("hex");
}

async function isSignature(
  signer: SignatureV4,
  { method, path, headers, body }: SignedRequest,
  signedHeaders: readonly string[],
  signingDate: Date,
  signature: string,
): Promise<boolean> {
  if (signedHeaders.some((name) => headers[name] === undefined)) return false;
  const signed = await signer.sign(
    {
      method,
      protocol: "http:",
      hostname: String(headers.host),
      path,
      headers: Object.fromEntries(signedHeaders.map((name) => [name, String(headers[name])])),
      body,
    },
    { signingDate, signableHeaders: new Set(signedHeaders) },
  );
  const expected = /Signature=([0-9a-f]{64})$/.exec(signed.headers.authorization ?? "")?.[1] ?? "";
  return expected.length === signature.length && timingSafeEqual(Buffer.from(expected), Buffer.from(signature));
}
