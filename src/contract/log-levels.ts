/** How much a handler logs, from everything to errors only. The line with an invocation's metrics is always written. */
export const LOG_LEVELS = ["debug", "info", "warn", "error"] as const;

/** One of {@link LOG_LEVELS}. */
export type LogLevel = (typeof LOG_LEVELS)[number];

export const DEFAULT_LOG_LEVEL: LogLevel = "info";

/** The codes of a handler's log lines, each with its level, or with its levels. */
export type LogCodes = Readonly<Record<string, LogLevel | readonly LogLevel[]>>;
