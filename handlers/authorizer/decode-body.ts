import { KeyFetchError } from "./key-fetch-error";

const GZIP_MAGIC = Buffer.from([0x1f, 0x8b]);

/**
 * The text of an issuer's answer. Some servers compress although the request does not ask for it. Some do not declare
 * it: an object that was uploaded as gzip has no `Content-Encoding`. So gzip is recognized by its first bytes, and the
 * other encodings by their name.
 *
 * @param maxBytes of the unpacked text, so that a small answer cannot unpack to a very large one
 * @throws KeyFetchError `too_large`, or `document_invalid` when the body is not what its encoding says.
 */
export async function decodeBody(body: Buffer, contentEncoding: string | undefined, maxBytes: number): Promise<string> {
  const encoding = body.subarray(0, 2).equals(GZIP_MAGIC) ? "gzip" : contentEncoding?.trim().toLowerCase();
  const unpacked = await unpack(body, encoding, maxBytes);
  return unpacked.toString("utf8").replace(/^\uFEFF/, "");
}

async function unpack(body: Buffer, encoding: string | undefined, maxOutputLength: number): Promise<Buffer> {
  if (encoding !== "gzip" && encoding !== "deflate" && encoding !== "br") return body;
  // Imported here, because few issuers need it and every cold start would pay for it.
  const { brotliDecompressSync, gunzipSync, inflateSync } = await import("node:zlib");
  const decompress = { gzip: gunzipSync, deflate: inflateSync, br: brotliDecompressSync }[encoding];
  try {
    return decompress(body, { maxOutputLength });
  } catch (error) {
    const { code } = error as { code?: string };
    throw new KeyFetchError(code === "ERR_BUFFER_TOO_LARGE" ? "too_large" : "document_invalid");
  }
}
