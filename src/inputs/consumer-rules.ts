import { between } from "./rule";

/** More than 10 would need a batching window, which delays every message. */
export const batchSizeRule = between(1, 10, "batchSize must be a whole number from 1 to 10.");

export const maximumConcurrencyRule = between(
  2,
  1_000,
  "maximumConcurrency must be a whole number from 2 to 1000: Lambda allows no other for a queue.",
);
