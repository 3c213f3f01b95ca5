/** So long a connection lives at least: a device's clock may be wrong. */
const MIN_LIFE_MS = 60_000;
/** API Gateway's limit. */
const MAX_LIFE_MS = 7_200_000;
/** The next connection opens so long before the token ends. */
const MARGIN_MS = 10_000;

/**
 * How long a connection with this token may live, for the option `connectionLifeMs`. It uses the claims `exp` and `iat`: of a
 * token that was just made, they are right also on a device whose clock is late.
 */
export function tokenLifeMs(token: string): number {
  try {
    const base64 = (token.split(".")[1] as string).replace(/-/g, "+").replace(/_/g, "/");
    const { exp, iat = 0 } = JSON.parse(atob(base64));
    return Math.max(MIN_LIFE_MS, exp * 1_000 - Math.max(Date.now(), iat * 1_000) - MARGIN_MS) || MAX_LIFE_MS;
  } catch {
    return MAX_LIFE_MS;
  }
}
