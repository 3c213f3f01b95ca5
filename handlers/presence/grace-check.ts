import { messageJson } from "./message-text";

/**
 * The body of a grace queue message. It names a user and nothing else: what is due is decided by the presence table
 * when the message arrives, so that a repeated or outdated check does no harm.
 */
export function encodeGraceCheck(userId: string): string {
  return messageJson({ user_id: userId });
}

/** The user to look at; undefined for what `encodeGraceCheck` has not written. */
export function decodeGraceCheck(body: unknown): string | undefined {
  if (typeof body !== "string") return undefined;
  try {
    const userId = (JSON.parse(body) as { user_id?: unknown } | null)?.user_id;
    return typeof userId === "string" && userId !== "" ? userId : undefined;
  } catch {
    return undefined;
  }
}
