/** The time limits of an invocation, in epoch milliseconds: Lambda kills an invocation that runs past its end. */
export interface TimeBudget {
  /** From this time on, no delivery and no read begins. */
  readonly stopAt: number;
  /** By this time, every request to the endpoint and the table has ended. */
  readonly requestsEndAt: number;
  /** By this time, every message to the queues has been sent or has failed. */
  readonly endAt: number;
}

/** Handing over the remaining work takes a few calls to SQS; ten seconds are enough for several retries. */
const MAX_RESERVE_MS = 10_000;

/** Reserves the last ten seconds, or the last quarter of a shorter time, for handing over the remaining work. */
export function timeBudget(now: number, remainingMs: number): TimeBudget {
  const end = now + remainingMs;
  const reserveMs = Math.min(MAX_RESERVE_MS, remainingMs / 4);
  return { stopAt: end - reserveMs, requestsEndAt: end - reserveMs / 2, endAt: end - reserveMs / 10 };
}
