import { SignatureV4 } from "@smithy/signature-v4";
import { Sha256 } from "../../emulator/gateway/service-client";
import type { AwsAccess } from "./aws-access";

/** Posts a text to the local AWS, signed with the credentials of the run. */
export async function signedFetch(
  { endpoint, region, credentials }: AwsAccess,
  service: string,
  path: string,
  body: string,
  headers: Readonly<Record<string, string>>,
): Promise<Response> {
  const { host, hostname } = new URL(endpoint);
  const signer = new SignatureV4({ credentials, region, service, sha256: Sha256 });
  const request = { method: "POST", protocol: "http:", hostname, path, headers: { host, ...headers }, body };
  return fetch(new URL(path, endpoint), { method: "POST", headers: (await signer.sign(request)).headers, body });
}
