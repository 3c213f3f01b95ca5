import { messageJson } from "./message-text";

/**
 * The body of a grace queue message. It only names a user. When the message arrives, the presence table decides what to
 * do, so a repeated or outdated check does no harm.
 */
export function encodeGraceCheck(userId: string): string {
  return messageJson({ user_id: userId });
}

/** The user to check; undefined if `encodeGraceCheck` did not write the body. */
export function decodeGraceCheck(body: unknown): string | undefined {
  if (typeof body !== "string") return undefined;
  try {
    const userId = (JSON.parse(body) as { user_id?: unknown } | null)?.user_id;
    return typeof userId === "string" && userId !== "" ? userId : undefined;
  } catch {
    return undefined;
  }
}
