/**
 * The body of a grace queue message. It names a user and nothing else: what is due is decided by the presence table
 * when the message arrives, so that a repeated or outdated check does no harm.
 */
export function encodeGraceCheck(userId: string): string {
  return JSON.stringify({ user_id: userId });
}

/** The user to look at; undefined for what `encodeGraceCheck` has not written. */
export function decodeGraceCheck(body: unknown): unknown {
  if (typeof body !== "string") return undefined;
  try {
    return (JSON.parse(body) as { user_id?: unknown } | null)?.user_id;
  } catch {
    return undefined;
  }
}
