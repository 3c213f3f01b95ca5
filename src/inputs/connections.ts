import { MAX_CONNECTIONS_PER_USER, MAX_PRESENCE_GRACE_SECONDS } from "../contract/limits";
import type { Inputs } from "./input";
import { between, matches } from "./rule";

/** Connections of clients, and presence events about them. */
export interface ConnectionProps {
  /**
   * Where presence events go: `topic` or `queue`. With any other value there are no presence events, and the application can
   * read the connections table's stream itself.
   * @default "topic"
   */
  readonly presenceSource?: string;
  /**
   * Seconds to wait before OFFLINE is sent, 0 to 900. No OFFLINE is sent if the user connects again in that time.
   *
   * To go back to 0, use two applies. First set 1, and wait until the queue `<prefix>-sumu-presence-grace` is empty. Then set
   * 0, which deletes that queue. Otherwise the users in the queue stay ONLINE until their next connection.
   * @default 0
   */
  readonly presenceGraceSeconds?: number;
  /**
   * Connections that a user may keep, 1 to 1,000. When a user opens one more, the presence watchdog closes the oldest,
   * usually within a second. Choose a limit that no honest user reaches: a closed client that connects again at once
   * closes another. The watchdog then exists even if there are no presence events.
   * @default - any number
   */
  readonly maxConnectionsPerUser?: number;
  /**
   * Name of the connections table. `SumuConnections` keeps the live table of the original module.
   * @default `<prefix>-sumu-connections`
   */
  readonly connectionsTableName?: string;
}

export const CONNECTION_INPUTS = {
  presenceSource: {
    type: "string",
    description:
      "Where presence events go: topic or queue. With any other value there are no presence events; read the connections table's stream yourself.",
    default: "topic",
    original: true,
  },
  presenceGraceSeconds: {
    type: "number",
    description:
      "Seconds to wait before OFFLINE is sent, 0 to 900. No OFFLINE is sent if the user connects again in that time. To go back to 0, use two applies: 1. set 1, and wait until the queue <prefix>-sumu-presence-grace is empty; 2. set 0, which deletes the queue.",
    default: 0,
    rule: between(
      0,
      MAX_PRESENCE_GRACE_SECONDS,
      `presence_grace_seconds must be a whole number from 0 to ${MAX_PRESENCE_GRACE_SECONDS}: SQS delays a message by 900 seconds at most.`,
    ),
    samples: { valid: [0, 900], invalid: [901, -1, 1.5] },
  },
  maxConnectionsPerUser: {
    type: "number",
    description:
      "Connections that a user may keep, 1 to 1000. When a user opens one more, the presence watchdog closes the oldest, usually within a second. Null: any number.",
    default: null,
    rule: between(
      1,
      MAX_CONNECTIONS_PER_USER,
      `max_connections_per_user must be a whole number from 1 to ${MAX_CONNECTIONS_PER_USER}, or null for any number.`,
    ),
    samples: { valid: [1, 1_000], invalid: [0, -1, 1.5, 1_001] },
  },
  connectionsTableName: {
    type: "string",
    description:
      "Name of the connections table. Null: <prefix>-sumu-connections. SumuConnections keeps the live table of the original module.",
    default: null,
    rule: matches(
      /^[A-Za-z0-9_.-]{3,255}$/,
      "connections_table_name must be 3 to 255 characters of A-Z, a-z, 0-9, -, _ and . (DynamoDB's rule), or null for <prefix>-sumu-connections.",
    ),
    samples: { valid: ["SumuConnections", "a.b", "t".repeat(255)], invalid: ["a/b", "", "ab", "t".repeat(256)] },
  },
} as const satisfies Inputs<ConnectionProps>;
