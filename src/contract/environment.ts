/** Environment variables of every handler. */
export const HANDLER_ENVIRONMENT = {
  /** `debug`, `info`, `warn` or `error`. */
  logLevel: "LOG_LEVEL",
  /** `<prefix>-sumu`: the dimension of the handler's metrics. */
  stack: "SUMU_STACK",
} as const;

/** Environment variables of the functions that write or read history. Both are unset in a SUMU that keeps none. */
export const HISTORY_ENVIRONMENT = {
  table: "HISTORY_TABLE_NAME",
  /** How long notifications are kept, in seconds: 1 to MAX_HISTORY_SECONDS. */
  seconds: "HISTORY_SECONDS",
} as const;
