import { Sha256 } from "@aws-crypto/sha256-js";
import { SignatureV4 } from "@smithy/signature-v4";
import type { Gateway } from "../../../../emulator/gateway/start-gateway";
import { CREDENTIALS } from "./running-gateway";

export interface CallOptions {
  readonly body?: string | Uint8Array;
  readonly credentials?: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
  readonly region?: string;
  readonly service?: string;
  readonly signingDate?: Date;
  /** Changes the signed request before it is sent. */
  readonly tamper?: (request: {
    method: string;
    path: string;
    headers: Record<string, string>;
    body: string | Uint8Array;
  }) => void;
}

export interface CallResult {
  readonly status: number;
  readonly errorType: string | null;
  readonly body: string;
}

/** Calls @connections as an SDK does; the signature by another SHA-256 than the gateway's. */
export async function signedCall(
  gateway: Gateway,
  method: string,
  connectionId: string,
  options: CallOptions = {},
): Promise<CallResult> {
  const { body = "", credentials = CREDENTIALS, region = "eu-west-1", service = "execute-api" } = options;
  const signer = new SignatureV4({ credentials, region, service, sha256: Sha256 });
  const host = `127.0.0.1:${gateway.port}`;
  const path = `/dev/@connections/${encodeURIComponent(connectionId)}`;
  const signed = await signer.sign(
    { method, protocol: "http:", hostname: host, path, headers: { host }, body },
    options.signingDate ? { signingDate: options.signingDate } : {},
  );
  const request = { method, path, headers: { ...signed.headers }, body };
  options.tamper?.(request);
  const response = await fetch(`http://${host}${request.path}`, {
    method: request.method,
    headers: request.headers,
    ...(method === "POST" && { body: request.body as string }),
  });
  return { status: response.status, errorType: response.headers.get("x-amzn-errortype"), body: await response.text() };
}
