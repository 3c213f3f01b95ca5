import { PUSHER_SETTINGS } from "../contract/pusher-settings";
import type { Inputs } from "./input";
import { between } from "./rule";

/** How many requests the pusher sends at once. */
export interface DeliveryProps {
  /**
   * Requests that one pusher invocation has in flight to @connections, 1 to 800.
   * @default 64
   */
  readonly deliveryConcurrency?: number;
  /**
   * Requests that one pusher invocation has in flight to DynamoDB, 1 to 128.
   * @default 16
   */
  readonly readConcurrency?: number;
  /**
   * Parts that a broadcast larger than one page is split into, 1 to 1,000: as many pushers deliver side by side. With a
   * raised account throttle, one for each 3,700 requests a second of it.
   * @default 2
   */
  readonly broadcastSegments?: number;
}

const { deliveryConcurrency, readConcurrency, broadcastSegments } = PUSHER_SETTINGS;

export const DELIVERY_INPUTS = {
  deliveryConcurrency: {
    type: "number",
    description: "Requests that one pusher invocation has in flight to @connections, 1 to 800.",
    default: deliveryConcurrency.fallback,
    rule: between(
      deliveryConcurrency.min,
      deliveryConcurrency.max,
      "delivery_concurrency must be a whole number from 1 to 800: requests that one pusher has in flight to @connections.",
    ),
    samples: { valid: [1, 800], invalid: [0, 801, 2.5] },
  },
  readConcurrency: {
    type: "number",
    description: "Requests that one pusher invocation has in flight to DynamoDB, 1 to 128.",
    default: readConcurrency.fallback,
    rule: between(
      readConcurrency.min,
      readConcurrency.max,
      "read_concurrency must be a whole number from 1 to 128: requests that one pusher has in flight to DynamoDB.",
    ),
    samples: { valid: [1, 128], invalid: [0, 129] },
  },
  broadcastSegments: {
    type: "number",
    description:
      "Parts that a broadcast larger than one page is split into: as many pushers deliver side by side. One for each 3,700 requests a second of a raised account throttle.",
    default: broadcastSegments.fallback,
    rule: between(
      broadcastSegments.min,
      broadcastSegments.max,
      "broadcast_segments must be a whole number from 1 to 1000: the parts that a broadcast larger than one page is split into.",
    ),
    samples: { valid: [1, 1_000], invalid: [0, 1_001] },
  },
} as const satisfies Inputs<DeliveryProps>;
