import type { LogCodes } from "./log-levels";
import { BY_STACK, type MetricSet } from "./metrics";

/** Environment variables of the presence watchdog. */
export const PRESENCE_ENVIRONMENT = {
  connectionsTable: "CONNECTIONS_TABLE",
  presenceTable: "PRESENCE_TABLE",
  topicArn: "MESSAGES_TOPIC_ARN",
  queueUrl: "MESSAGES_QUEUE_URL",
  /** `topic` or `queue`. */
  source: "PRESENCE_SOURCE",
  /** How long OFFLINE waits, in seconds: 0 to 900. */
  graceSeconds: "PRESENCE_GRACE_SECONDS",
  /** The queue in which a waiting OFFLINE is kept; unset when the grace is 0. */
  graceQueueUrl: "PRESENCE_GRACE_QUEUE_URL",
  /** The dead-letter queue for records that no retry can fix. */
  deadLetterQueueUrl: "PRESENCE_DLQ_URL",
  /** How many connections a user may keep; unset: any number. */
  maxConnectionsPerUser: "MAX_CONNECTIONS_PER_USER",
  /** Where `/@connections/<id>` is; set only when connections are limited. */
  endpoint: "APIGW_ENDPOINT",
  /** The control queue, for the channels of connections that are gone; unset when there are no channels. */
  controlQueueUrl: "CONTROL_QUEUE_URL",
} as const;

/** The metrics of one invocation of the presence watchdog. */
export const PRESENCE_METRICS = {
  dimensions: BY_STACK,
  units: {
    /** Events ONLINE that the backend got. An event that is repeated after a failure counts again. */
    Online: "Count",
    /** Events OFFLINE that the backend got, in the same way. */
    Offline: "Count",
    /** Connections closed because their user had more than `max_connections_per_user`. */
    Closed: "Count",
  },
} as const satisfies MetricSet;

/** The codes of its log lines. */
export const PRESENCE_LOG = {
  /** The invocation's one line; written at every level if it has a metric. */
  presence_settled: "info",
  /** Records that will be tried again, with the id of the first record. */
  record_failed: "error",
  /** Connections of one user were closed, or were already gone, because of `max_connections_per_user`. */
  connections_closed: "info",
  /** Connections beyond the limit could not be closed; `failure` is the last answer. */
  limit_not_kept: "error",
} as const satisfies LogCodes;
