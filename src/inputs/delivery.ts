import { PUSHER_SETTINGS } from "../contract/pusher-settings";
import type { Inputs } from "./input";
import { between } from "./rule";

/** How many requests the pusher sends at once. */
export interface DeliveryProps {
  /**
   * Requests that one pusher invocation sends to `@connections` at the same time, 1 to 800.
   * @default 64
   */
  readonly deliveryConcurrency?: number;
  /**
   * Requests that one pusher invocation sends to DynamoDB at the same time, 1 to 128.
   * @default 16
   */
  readonly readConcurrency?: number;
  /**
   * Parts of a broadcast to more than one page of connections (some 9,800), 1 to 1,000. As many pushers deliver at the same
   * time. If you raise the account's throttle, set one part for each 3,700 requests a second.
   * @default 2
   */
  readonly broadcastSegments?: number;
}

const { deliveryConcurrency, readConcurrency, broadcastSegments } = PUSHER_SETTINGS;

export const DELIVERY_INPUTS = {
  deliveryConcurrency: {
    type: "number",
    description: "Requests that one pusher invocation sends to @connections at the same time, 1 to 800.",
    default: deliveryConcurrency.fallback,
    rule: between(
      deliveryConcurrency.min,
      deliveryConcurrency.max,
      "delivery_concurrency must be a whole number from 1 to 800: requests that one pusher sends to @connections at the same time.",
    ),
    samples: { valid: [1, 800], invalid: [0, 801, 2.5] },
  },
  readConcurrency: {
    type: "number",
    description: "Requests that one pusher invocation sends to DynamoDB at the same time, 1 to 128.",
    default: readConcurrency.fallback,
    rule: between(
      readConcurrency.min,
      readConcurrency.max,
      "read_concurrency must be a whole number from 1 to 128: requests that one pusher sends to DynamoDB at the same time.",
    ),
    samples: { valid: [1, 128], invalid: [0, 129] },
  },
  broadcastSegments: {
    type: "number",
    description:
      "Parts of a broadcast to more than one page of connections (some 9,800). As many pushers deliver at the same time. If you raise the account's throttle, set one part for each 3,700 requests a second.",
    default: broadcastSegments.fallback,
    rule: between(
      broadcastSegments.min,
      broadcastSegments.max,
      "broadcast_segments must be a whole number from 1 to 1000: the parts of a broadcast to more than one page of connections.",
    ),
    samples: { valid: [1, 1_000], invalid: [0, 1_001] },
  },
} as const satisfies Inputs<DeliveryProps>;
