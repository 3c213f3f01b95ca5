import { readFileSync } from "node:fs";
import path from "node:path";
import type { Message } from "sumu-backend";

/** The list of behaviours that the backend libraries of all languages have: backend/behaviours.json. */
export const BEHAVIOURS = JSON.parse(
  readFileSync(path.resolve(__dirname, "..", "..", "backend", "behaviours.json"), "utf8"),
) as {
  readonly now: number;
  readonly settings: Settings;
  readonly cases: readonly Case[];
  readonly streams: readonly StreamCase[];
};

type Settings = Readonly<Record<string, string>>;

/** An answer of AWS: its members, or how the call fails. */
export interface Answer {
  readonly [member: string]: unknown;
  /** Entries of a batch that are refused although the sender is not at fault. */
  readonly refuse?: Readonly<Record<string, string>>;
  /** Entries of a batch that are the sender's fault. */
  readonly fault?: Readonly<Record<string, string>>;
  /** Entries of a batch that the answer does not name. */
  readonly omit?: readonly string[];
  readonly network?: true;
  /** AWS's code and the status. */
  readonly error?: readonly [string, number];
}

export interface Case {
  readonly name: string;
  readonly settings?: Settings;
  readonly do: readonly [method: string, input: unknown];
  readonly answers?: Readonly<Record<string, readonly Answer[]>>;
  readonly fails?: readonly string[];
  readonly failsOnce?: readonly string[];
  /** The application's own function fails, too. */
  readonly onErrorFails?: true;
  /** Which method of the application's own store fails. */
  readonly doneFails?: "has" | "add";
  readonly anyOrder?: true;
  // What is expected:
  readonly bodies?: readonly (readonly string[])[];
  readonly entries?: readonly number[];
  readonly users?: readonly number[];
  readonly ids?: readonly (readonly string[])[];
  readonly waits?: readonly number[];
  readonly calls?: readonly (readonly [string, unknown])[];
  readonly operations?: readonly string[];
  readonly handled?: readonly unknown[];
  readonly handledIds?: readonly string[];
  readonly errors?: readonly unknown[];
  readonly errorCount?: number;
  readonly returns?: unknown;
  readonly returnsEach?: unknown;
  readonly error?: {
    readonly name: string;
    readonly code: string;
    readonly message: string;
    readonly unsent?: readonly string[];
    readonly sent?: number;
  };
}

export interface StreamCase {
  readonly name: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly connections?: readonly {
    readonly id: string;
    readonly protocol?: number;
    readonly latency: number;
    readonly errors?: readonly string[];
    readonly always?: string;
  }[];
  readonly connectionsError?: readonly [string, number];
  readonly onErrorFails?: true;
  readonly pieces: readonly (readonly [at: number, piece: unknown])[];
  readonly endAt?: number;
  readonly cancelAt?: number;
  readonly rejectsPiece?: string;
  // What is expected:
  readonly posts?: Readonly<Record<string, readonly (readonly [at: number, frame: string])[]>>;
  readonly lengths?: Readonly<Record<string, readonly number[]>>;
  readonly whole?: readonly [at: number, body: string];
  readonly wholeAt?: number;
  readonly result?: unknown;
  readonly errors?: readonly string[];
  readonly after?: { readonly write: string };
}

/** A call of a method, with its arguments by name. */
export type Call = readonly [method: string, input: Readonly<Record<string, unknown>>];

/** A call by its method and its input, with the options last. */
export function invoke(target: object, [method, input]: Call): unknown {
  const { users, channels, user, data, ...options } = input;
  const isNotification = method.startsWith("notify");
  const positional = [users ?? channels ?? user, isNotification ? data : undefined].filter((_, index) =>
    index === 0 ? "users" in input || "channels" in input || "user" in input : isNotification,
  );
  const given = isNotification || data === undefined ? options : { ...options, data };
  return (target as Record<string, (...args: unknown[]) => unknown>)[method]?.(...positional, given);
}

/** As the list writes a message. */
export function messageOf({ id, body, userId, timestamp, source, presence }: Message) {
  return { id, body, userId, timestamp, source, presence: presence ?? null };
}

const NUMBERS = { nan: Number.NaN, infinity: Number.POSITIVE_INFINITY } as const;
const pad = (index: number, length: number) => String(index).padStart(length, "u");

const attributes = (source: string) => ({
  user_id: { DataType: "String", StringValue: "alice" },
  timestamp: { DataType: "Number", StringValue: "1764000000999" },
  source: { DataType: "String", StringValue: source },
});
const lambdaAttributes = {
  user_id: { dataType: "String", stringValue: "alice" },
  timestamp: { dataType: "Number", stringValue: "1764000000999" },
  source: { dataType: "String", stringValue: "apigw.route.send" },
};
const snsAttributes = {
  user_id: { Type: "String", Value: "alice" },
  timestamp: { Type: "String", Value: "1764000000999" },
  source: { Type: "String", Value: "apigw.route.publish" },
};
const received = ([id = "", body]: readonly string[], source: string) => ({
  MessageId: id,
  ReceiptHandle: `receipt-${id}`,
  Body: body,
  MessageAttributes: attributes(source),
});

/** What the list abbreviates: values that are long, or that JSON does not have. */
const MAKE: Readonly<Record<string, (argument: never) => unknown>> = {
  $repeat: ([text, count]: [string, number]) => text.repeat(count),
  $names: ([prefix, count]: [string, number]) => Array.from({ length: count }, (_, index) => `${prefix}${index}`),
  $longNames: ([length, count]: [number, number]) => Array.from({ length: count }, (_, index) => pad(index, length)),
  $number: (name: keyof typeof NUMBERS) => NUMBERS[name],
  $function: () => () => {},
  $cycle: () => {
    const list: unknown[] = [];
    list.push(list);
    return list;
  },
  $notifications: (count: number) =>
    Array.from({ length: count }, (_, index) => ["notifyEveryone", { data: index, id: `n-${index}` }]),
  $largeNotifications: ([count, length]: [number, number]) =>
    Array.from({ length: count }, (_, index) => ["notifyEveryone", { data: "x".repeat(length), id: `n-${index}` }]),
  $sent: (parts: readonly string[]) => received(parts, "apigw.route.send"),
  $foreign: ([MessageId, Body]: readonly string[]) => ({
    MessageId,
    ReceiptHandle: `receipt-${MessageId}`,
    Body,
    MessageAttributes: { timestamp: { DataType: "String", StringValue: "yesterday" } },
  }),
  $presence: (parts: readonly string[]) => received(parts, "lambda.presence.watchdog"),
  $record: ([messageId, body]: readonly string[]) => ({ messageId, body, messageAttributes: lambdaAttributes }),
  $sns: ([id, Message]: readonly string[]) => ({
    EventSource: "aws:sns",
    Sns: { MessageId: id, Message, MessageAttributes: snsAttributes },
  }),
};

/** The value with its abbreviations made. */
export function expand(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(expand);
  if (typeof value !== "object" || value === null) return value;
  const [only, ...others] = Object.entries(value);
  const make = only && others.length === 0 ? MAKE[only[0]] : undefined;
  if (make) return make(only?.[1] as never);
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, expand(member)]));
}
