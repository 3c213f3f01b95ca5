/** What a log line may carry: codes, counts and ids. Never an event, a payload, a token or a user's data. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

export interface Log {
  info(code: string, fields?: LogFields): void;
  warn(code: string, fields?: LogFields): void;
  error(code: string, fields?: LogFields): void;
}

/**
 * Logs JSON lines, one object each with `level`, `code`, the invocation's `requestId` and the fields, so that CloudWatch
 * Logs Insights finds them by field.
 */
export function createLog(requestId: string | undefined, write: (line: string) => void = writeLine): Log {
  const line = (level: "info" | "warn" | "error") => (code: string, fields?: LogFields) =>
    write(JSON.stringify({ level, code, requestId, ...fields }));
  return { info: line("info"), warn: line("warn"), error: line("error") };
}

/** Straight to standard output: Lambda's console puts time and level in front, and the line is no JSON any more. */
function writeLine(line: string): void {
  process.stdout.write(`${line}\n`);
}
