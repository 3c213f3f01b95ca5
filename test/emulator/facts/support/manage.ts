import { request } from "node:http";
import { Sha256 } from "@aws-crypto/sha256-js";
import { SignatureV4 } from "@smithy/signature-v4";
import type { Credentials, Gateway } from "../../../../emulator/gateway/start-gateway";
import { CREDENTIALS } from "../../gateway/support/running-gateway";

export interface ManagementAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Calls @connections of the proxy API, signed unless told otherwise, and gives the answer's own headers. */
export async function manage(
  gateway: Gateway,
  method: string,
  options: {
    readonly id: string;
    readonly stage?: string;
    readonly path?: string;
    readonly body?: string | Uint8Array;
    readonly isSigned?: boolean;
    readonly signingDate?: Date;
    readonly credentials?: Credentials;
  },
): Promise<ManagementAnswer> {
  const { id, stage = "prod", body = "", isSigned = true, signingDate = new Date() } = options;
  const { credentials = CREDENTIALS } = options;
  const { path = `/${stage}/@connections/${encodeURIComponent(id)}` } = options;
  const host = `127.0.0.1:${gateway.port}`;
  const signer = new SignatureV4({
    credentials,
    region: "eu-central-1",
    service: "execute-api",
    sha256: Sha256,
  });
  const message = { method, protocol: "http:", hostname: host, path, headers: { host }, body };
  const { headers } = isSigned ? await signer.sign(message, { signingDate }) : message;
  return new Promise((resolve, reject) => {
    const outgoing = request(
      { host: "127.0.0.1", port: gateway.port, method, path, headers, agent: false },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on("data", (chunk: Buffer) => chunks.push(chunk));
        answer.on("end", () =>
          resolve({
            status: answer.statusCode ?? 0,
            headers: answer.headers as Record<string, string>,
            body: Buffer.concat(chunks).toString(),
          }),
        );
      },
    );
    outgoing.on("error", reject).end(body);
  });
}
