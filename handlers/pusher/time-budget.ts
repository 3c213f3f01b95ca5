/** How an invocation spends its time, in epoch milliseconds: Lambda kills whatever runs past the end. */
export interface TimeBudget {
  /** No delivery and no read begins from here on. */
  readonly stopAt: number;
  /** Every request to the endpoint and the table has ended by here. */
  readonly requestsEndAt: number;
  /** Every message to the queues has been sent by here, or never will be. */
  readonly endAt: number;
}

/** Handing over what is left takes a few calls to SQS; ten seconds give them several retries. */
const MAX_RESERVE_MS = 10_000;

/** Keeps the last ten seconds, or the last quarter of a shorter time, for handing over what is left. */
export function timeBudget(now: number, remainingMs: number): TimeBudget {
  const end = now + remainingMs;
  const reserveMs = Math.min(MAX_RESERVE_MS, remainingMs / 4);
  return { stopAt: end - reserveMs, requestsEndAt: end - reserveMs / 2, endAt: end - reserveMs / 10 };
}
