import type { IncomingMessage } from "node:http";
import { RequestError } from "./request-error";

const BODY_LIMIT_BYTES = 1024 * 1024;

/**
 * Reads a request's body, a JSON object.
 *
 * @throws RequestError when the body is not a JSON object, or is too large
 */
export async function readJson(request: IncomingMessage): Promise<Record<string, unknown>> {
  if (request.headers["content-type"] !== "application/json")
    throw new RequestError(415, "send JSON, with the content type application/json");
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > BODY_LIMIT_BYTES) throw new RequestError(413, "the body is larger than 1 MiB");
    chunks.push(chunk);
  }
  try {
    const value: unknown = JSON.parse(Buffer.concat(chunks).toString("utf8"));
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // The error below says it.
  }
  throw new RequestError(400, "the body is not a JSON object");
}
