import type { LogCodes } from "./log-levels";
import { BY_STACK, type MetricSet } from "./metrics";

/** Environment variables of the pusher. */
export const PUSHER_ENVIRONMENT = {
  /** Where `/@connections/<id>` is: the stage's https URL, or a custom domain with its mapping key. */
  endpoint: "APIGW_ENDPOINT",
  connectionsTable: "CONNECTIONS_TABLE_NAME",
  /** Continuations of unfinished deliveries go here. */
  queueUrl: "NOTIFICATIONS_QUEUE_URL",
  /** The dead-letter queue. A message that can never be delivered goes here, with the reason. */
  deadLetterQueueUrl: "NOTIFICATIONS_DLQ_URL",
  /** Where `revoke` writes. Empty or unset: a request to revoke is refused. */
  revocationsTable: "REVOCATIONS_TABLE_NAME",
  /** The connections of channels. Empty or unset: a notification to channels is refused. */
  subscriptionsTable: "SUBSCRIPTIONS_TABLE_NAME",
  /** Requests in flight to the endpoint at most. Bounds and defaults: PUSHER_SETTINGS. */
  deliveryConcurrency: "DELIVERY_CONCURRENCY",
  /** DynamoDB requests in flight at most. */
  readConcurrency: "READ_CONCURRENCY",
  /** Parallel-scan segments that a broadcast larger than one page is split into. */
  broadcastSegments: "BROADCAST_SEGMENTS",
} as const;

/** The metrics of one invocation of the pusher. */
export const PUSHER_METRICS = {
  dimensions: BY_STACK,
  units: {
    /** Messages that API Gateway accepted for a connection. */
    Delivered: "Count",
    /** Connections that were already closed. Their rows are removed. */
    Gone: "Count",
    /** Tries that failed for a time (403, 429, 5xx, time-out, reset). Each is repeated, in this invocation or in a later one. */
    Retried: "Count",
    /** Connections that a later invocation gets, because time was short or after too many tries. An unread part of the table counts as one. */
    Continued: "Count",
    /**
     * Connections that the pusher stopped trying. A notification that is malformed, too large, or that no queue accepted counts as
     * one.
     */
    Failed: "Count",
    /**
     * From when SQS or SNS accepted the request until API Gateway accepted the message, with all continuations. After a redrive,
     * from the redrive on. An invocation sends at most 100 values, evenly spaced: percentiles are right, but the sample count is
     * not `Delivered`.
     */
    DeliveryTime: "Milliseconds",
    /**
     * The connections in a channel that a notification went to, or in a part of a large channel: a sample of 100 per invocation.
     * Only with `channels`.
     */
    ChannelConnections: "Count",
  },
} as const satisfies MetricSet;

/** The codes of its log lines. */
export const PUSHER_LOG = {
  /**
   * The invocation's one line, metrics included: written at every level. It has the `messageId` of a message that came alone.
   * With history, it also has `kept` (rows that were written), `rewritten` (how many of them because their cursor was too
   * old) and `unkept` (rows that could not be written).
   */
  pushed: "info",
  /** The request is not a valid notification. */
  malformed: "error",
  /** A notification failed, and SQS will send it again. */
  failed: "error",
  /** SQS refused a message. */
  send_failed: "error",
  /** No queue accepted the rest of a notification. */
  handover_failed: "error",
  /** The table could not be read. The pusher reads it again. */
  read_failed: "warn",
  /** A row could not be removed. It stays until it expires, or until the next notification. */
  remove_failed: "warn",
  /** Not all parts of a broadcast could be sent to the queue. The pusher delivers those parts itself. */
  split_incomplete: "warn",
  /** A connection was closed, because its client does not read. */
  slow_consumer_closed: "warn",
  /** A connection was closed after its last attempt. Its client recovers the notification. */
  left_to_history: "warn",
  /** A connection that had to end could not be closed: `failure` is the status or the fault. */
  close_failed: "warn",
  /** `entries` of a notification could not be written into history. The notification is tried again. */
  history_failed: "warn",
  /** The counts of one notification. */
  notification_pushed: "debug",
  /** A connection that can never get the notification, with the reason. */
  delivery_refused: "debug",
  /** A connection that is tried again later, with the reason. */
  delivery_postponed: "debug",
} as const satisfies LogCodes;
