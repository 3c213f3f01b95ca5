import { createHash, randomBytes } from "node:crypto";

/** The random part of a connection or message id. The rest is the same for all ids of one connection. */
const NONCE_BYTES = 7;
const TAIL_BYTES = 5;

/**
 * Makes a connection id in API Gateway's shape, `gbgBZC-BwQAYKEjzAA==`.
 *
 * The id has a checksum of itself and of the API's id, as real ids seem to have. So the gateway recognizes an id that
 * this API never issued, without a list of the issued ids.
 */
export function newConnectionId(apiId: string): string {
  const nonce = randomBytes(NONCE_BYTES);
  return encoded(nonce, checksum(apiId, nonce));
}

/** Whether the API has issued the id for a connection, now or in an earlier run. */
export function isConnectionId(apiId: string, id: string): boolean {
  if (!/^[\w-]{18}==$/.test(id)) return false;
  const nonce = Buffer.from(id, "base64url").subarray(0, NONCE_BYTES);
  return encoded(nonce, checksum(apiId, nonce)) === id;
}

/** The id of a message: it has the same end as its connection's id. */
export function newMessageId(connectionId: string): string {
  return encoded(randomBytes(NONCE_BYTES), Buffer.from(connectionId, "base64url").subarray(NONCE_BYTES + 1));
}

/** A request's id: 16 characters, `EOoEpG3KoAMEMEA=`. */
export const newRequestId = (): string => `${randomBytes(11).toString("base64url")}=`;

const checksum = (apiId: string, nonce: Buffer): Buffer =>
  createHash("sha256").update(`${apiId}/`).update(nonce).digest().subarray(0, TAIL_BYTES);

const encoded = (nonce: Buffer, tail: Buffer): string =>
  `${Buffer.concat([nonce, Buffer.of(0), tail]).toString("base64url")}==`;
