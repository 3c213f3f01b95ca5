/** Keys are used this long at least, whatever the issuer's answer says: it spares an issuer that sends `no-store`. */
export const MIN_KEY_LIFETIME_SECONDS = 60;

/** And this long at most: a withdrawn key is gone after a day, as long as the issuer answers. */
export const MAX_KEY_LIFETIME_SECONDS = 24 * 3_600;

/** Keys whose lifetime is over stay in use this long at most while the issuer gives no new document. */
export const MAX_STALE_SECONDS = 24 * 3_600;

/** For an answer without `Cache-Control: max-age`. */
export const DEFAULT_KEY_LIFETIME_SECONDS = 600;

/**
 * How long an issuer's keys may be used before they are fetched anew, in seconds: `max-age` less `Age` (what the answer
 * has already spent in shared caches), within the bounds above.
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
