import { MAX_CONNECTIONS_PER_USER, MAX_PRESENCE_GRACE_SECONDS } from "../contract/limits";
import type { Inputs } from "./input";
import { between, matches } from "./rule";

/** Who is connected, and who is told of it. */
export interface ConnectionProps {
  /**
   * Where presence goes: `topic` or `queue`. Anything else: nowhere, and the application reads the table's stream itself.
   * @default "topic"
   */
  readonly presenceSource?: string;
  /**
   * How long OFFLINE waits for the user to come back, 0 to 900.
   *
   * Going back to 0 removes the queue in which OFFLINE waits, and what waits in it: those users stay ONLINE until their
   * next connection. Set 1 first, and 0 once the queue `<prefix>-sumu-presence-grace` is empty.
   * @default 0
   */
  readonly presenceGraceSeconds?: number;
  /**
   * Connections that a user may keep, 1 to 1,000. When a user opens one more, the presence watchdog closes the oldest,
   * usually within a second. Choose it well above what a user needs: a client that reconnects at once takes the place of
   * another. With it, the watchdog exists although presence goes nowhere.
   * @default - any number
   */
  readonly maxConnectionsPerUser?: number;
  /**
   * The connections table. A deployment of the original keeps its live table with `SumuConnections`.
   * @default `<prefix>-sumu-connections`
   */
  readonly connectionsTableName?: string;
}

export const CONNECTION_INPUTS = {
  presenceSource: {
    type: "string",
    description:
      "Where presence events go: topic or queue. Anything else: nowhere; read the connections table's stream yourself.",
    default: "topic",
    original: true,
  },
  presenceGraceSeconds: {
    type: "number",
    description:
      "How long OFFLINE waits for the user to come back, 0 to 900. Before you go back to 0, which removes the queue in which OFFLINE waits, set 1 and let <prefix>-sumu-presence-grace run empty.",
    default: 0,
    rule: between(
      0,
      MAX_PRESENCE_GRACE_SECONDS,
      `presence_grace_seconds must be a whole number from 0 to ${MAX_PRESENCE_GRACE_SECONDS}: SQS delays a message no longer.`,
    ),
    samples: { valid: [0, 900], invalid: [901, -1, 1.5] },
  },
  maxConnectionsPerUser: {
    type: "number",
    description:
      "Connections that a user may keep, 1 to 1000: the presence watchdog closes the oldest beyond that, usually within a second. Null: any number.",
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
      "The connections table. Null: <prefix>-sumu-connections. A deployment of the original keeps its live table with SumuConnections.",
    default: null,
    rule: matches(
      /^[A-Za-z0-9_.-]{3,255}$/,
      "connections_table_name must be 3 to 255 characters out of A-Z, a-z, 0-9, -, _ and ., DynamoDB's rule, or null for <prefix>-sumu-connections.",
    ),
    samples: { valid: ["SumuConnections", "a.b", "t".repeat(255)], invalid: ["a/b", "", "ab", "t".repeat(256)] },
  },
} as const satisfies Inputs<ConnectionProps>;
