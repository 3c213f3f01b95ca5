import { HANDLERS, type HandlerName } from "../contract/handlers";

/** The parts of the stack that exist only if an input asks for them. */
export const STACK_PARTS = ["watchdog", "grace", "control", "channels"] as const;

export type StackPart = (typeof STACK_PARTS)[number];

/** A dead-letter queue, as an operator sees it. */
export interface DeadLetters {
  /** The queue, by its name in NAME_SUFFIXES. */
  readonly key: `${string}Dlq`;
  /** The queue to which a redrive sends. @default - none: a stream fills the dead-letter queue */
  readonly redriveTo?: string;
  /** The line of the dashboard. */
  readonly label: string;
  /** What is in the queue, for the alarm's description. */
  readonly letters: string;
  /** For the alarm's row in docs/operations.md. */
  readonly startsWhen: string;
  readonly whatToDo: string;
  /** The queues exist only together with this part. @default - they always exist */
  readonly part?: StackPart;
}

/** A handler, as an operator sees it: the handler's alarms and its lines of the dashboard come from this row. */
export interface HandlerRow {
  /** What users notice when the handler fails, for the alarm's description. */
  readonly failing: string;
  /** What its alarm for errors means, and what to do, for docs/operations.md. @default - the failed work is repeated */
  readonly errors?: { readonly startsWhen: string; readonly whatToDo: string };
  /** The handler exists only together with this part. @default - it always exists */
  readonly part?: StackPart;
  /** The dead-letter queues of its own. @default - none */
  readonly deadLetters?: readonly DeadLetters[];
}

const HANDLER_ROWS = {
  authorizer: {
    failing: "clients cannot connect.",
    errors: {
      startsWhen: "in 2 of 3 periods of 5 minutes an invocation failed. Those clients got 500",
      whatToDo: "`authorization_failed` in its log: the issuer or the table of revocations does not answer",
    },
  },
  pusher: { failing: "notifications are late." },
  presence: {
    failing: "presence is late.",
    part: "watchdog",
    deadLetters: [
      {
        key: "presenceDlq",
        label: "presence",
        letters: "Presence changes could not be sent to the backend.",
        startsWhen:
          "the watchdog cannot read a record or a presence row (reason `MALFORMED_RECORD`, `MALFORMED_ROW`), or cannot close a user's connections beyond `max_connections_per_user` (`LIMIT_NOT_KEPT`), or a stream record failed for 23 hours",
        whatToDo: "see `record_failed` in the watchdog's log; [Dead letters](#dead-letters)",
        part: "watchdog",
      },
      {
        key: "presenceGraceDlq",
        redriveTo: "presenceGrace",
        label: "presence grace",
        letters: "OFFLINE could not be sent for users who left.",
        startsWhen: "a check whether a user is back failed five times",
        whatToDo: "as above, then redrive",
        part: "grace",
      },
    ],
  },
  control: {
    failing: "clients get no answers to their control frames: they neither recover nor use channels.",
    part: "control",
    deadLetters: [
      {
        key: "controlDlq",
        redriveTo: "control",
        label: "control",
        letters: "Control frames of clients could not be handled.",
        startsWhen:
          "a message in the control queue came from no route (reason `malformed`), or its handling failed five times",
        whatToDo: "[Dead letters](#dead-letters)",
        part: "control",
      },
    ],
  },
} as const satisfies Readonly<Record<HandlerName, HandlerRow>>;

type Rows = typeof HANDLER_ROWS;
type OwnDeadLetters = {
  [Name in HandlerName]: Rows[Name] extends { readonly deadLetters: readonly (infer Each)[] } ? Each : never;
}[HandlerName];

/** The queues of handlers, by their names in NAME_SUFFIXES. */
export type HandlerQueueKey =
  | OwnDeadLetters["key"]
  | Extract<OwnDeadLetters, { readonly redriveTo: string }>["redriveTo"];

/** The rows, in the order in which alarms and graphs list the handlers. */
export function handlerRows(): readonly (HandlerRow & { readonly handler: HandlerName })[] {
  return HANDLERS.map((handler) => ({ handler, ...HANDLER_ROWS[handler] }));
}

const INTEGRATION_DEAD_LETTERS = [
  {
    key: "notificationsDlq",
    redriveTo: "notifications",
    label: "notifications",
    letters: "The pusher stopped trying to deliver notifications: the attribute reason says why.",
    startsWhen: "the pusher stopped trying to deliver a notification, to all or to the rest of its users",
    whatToDo: "[Dead letters](#dead-letters)",
  },
  {
    key: "messagesDlq",
    redriveTo: "messages",
    label: "messages",
    letters: "The application failed five times to handle messages of clients.",
    startsWhen: "the application received a client's message five times and never deleted it",
    whatToDo: "fix the consumer, then redrive",
  },
] as const satisfies readonly DeadLetters[];

/** The queues, by their names in NAME_SUFFIXES. */
export type QueueKey = (typeof INTEGRATION_DEAD_LETTERS)[number]["key" | "redriveTo"] | HandlerQueueKey;

type KnownDeadLetters = DeadLetters & { readonly key: QueueKey & `${string}Dlq`; readonly redriveTo?: QueueKey };

/** All dead-letter queues, in the order in which alarms, graphs and tables list them. */
export const DEAD_LETTERS: readonly KnownDeadLetters[] = [
  ...INTEGRATION_DEAD_LETTERS,
  ...handlerRows().flatMap(({ deadLetters = [] }) => deadLetters as readonly KnownDeadLetters[]),
];

/** The queues to which a redrive sends, in the same order. */
export const REDRIVEN: readonly QueueKey[] = DEAD_LETTERS.flatMap(({ redriveTo }) => redriveTo ?? []);

/** All queues. */
export const QUEUE_KEYS: readonly QueueKey[] = DEAD_LETTERS.flatMap(({ key, redriveTo }) =>
  redriveTo === undefined ? [key] : [redriveTo, key],
);
