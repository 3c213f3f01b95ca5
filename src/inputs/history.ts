import { MAX_HISTORY_SECONDS } from "../contract/history";
import type { Inputs } from "./input";
import { between } from "./rule";

/** What a client gets that was away when a notification was sent. */
export interface HistoryProps {
  /**
   * How long notifications are kept for clients that are away, in seconds: 0 to 1,209,600 (14 days). A client of
   * protocol 2 that comes back within this time gets every notification that it has missed. 0: none are kept, and a
   * notification reaches only the clients that are connected.
   *
   * It makes a table and a function, and costs one write of DynamoDB for each notification and named user.
   * @default 0
   */
  readonly historySeconds?: number;
}

export const HISTORY_INPUTS = {
  historySeconds: {
    type: "number",
    description:
      "How long notifications are kept for clients that are away, in seconds, 0 to 1209600 (14 days). 0: none are kept. Costs one write of DynamoDB for each notification and named user.",
    default: 0,
    rule: between(
      0,
      MAX_HISTORY_SECONDS,
      `history_seconds must be a whole number from 0 to ${MAX_HISTORY_SECONDS} (14 days); 0 keeps no history.`,
    ),
    samples: { valid: [0, 1, 3_600, 1_209_600], invalid: [-1, 1.5, 1_209_601] },
  },
} as const satisfies Inputs<HistoryProps>;
