/**
 * Keys are used at least this long, even if the issuer's answer says less. It protects an issuer that sends `no-store`.
 */
export const MIN_KEY_LIFETIME_SECONDS = 60;

/** Keys are used at most this long: a withdrawn key is gone after a day, if the issuer answers. */
export const MAX_KEY_LIFETIME_SECONDS = 24 * 3_600;

/** Expired keys stay in use at most this long while the issuer sends no new document. */
export const MAX_STALE_SECONDS = 24 * 3_600;

/** For an answer without `Cache-Control: max-age`. */
export const DEFAULT_KEY_LIFETIME_SECONDS = 600;

/**
 * How long an issuer's keys may be used before the next fetch, in seconds: `max-age` minus `Age` (the time that the
 * answer has already spent in shared caches), within the bounds above.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9111#section-4.2
 */
export function keyLifetimeSeconds(cacheControl: string | undefined, age: string | undefined): number {
  const directives = (cacheControl ?? "")
    .toLowerCase()
    .split(",")
    .map((directive) => directive.trim());
  if (directives.includes("no-store") || directives.includes("no-cache")) {
    return MIN_KEY_LIFETIME_SECONDS;
  }
  const maxAge = directives.map((directive) => /^max-age="?(\d+)"?$/.exec(directive)?.[1]).find(Boolean);
  if (maxAge === undefined) {
    return DEFAULT_KEY_LIFETIME_SECONDS;
  }
  const spentSeconds = /^\d+$/.test(age ?? "") ? Number(age) : 0;
  return Math.min(Math.max(Number(maxAge) - spentSeconds, MIN_KEY_LIFETIME_SECONDS), MAX_KEY_LIFETIME_SECONDS);
}
