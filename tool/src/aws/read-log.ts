import { type CloudWatchLogsClient, FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { ifExists } from "./if-exists";

export interface LogLine {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** The lines of a log group that are JSON objects. A line of Lambda's own is not. */
export async function* readLog(
  logs: CloudWatchLogsClient,
  logGroupName: string,
  { since, filterPattern }: { readonly since: number; readonly filterPattern?: string },
): AsyncGenerator<LogLine> {
  let nextToken: string | undefined;
  do {
    const command = new FilterLogEventsCommand({ logGroupName, startTime: since, nextToken, filterPattern });
    const page = await ifExists(logs.send(command));
    for (const { message = "", timestamp = 0 } of page?.events ?? []) {
      const fields = parse(message);
      if (fields !== undefined) yield { at: timestamp, fields };
    }
    nextToken = page?.nextToken;
  } while (nextToken !== undefined);
}

function parse(line: string): Readonly<Record<string, unknown>> | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

/** Longer patterns are refused. */
const MAX_PATTERN = 1_024;
/** A pattern gives other characters a meaning of their own. */
const PLAIN = /^[\w@:|/.+=-]+$/;

/**
 * Patterns that find the lines in which a field has a value, so that CloudWatch Logs sends only those. Undefined: a value
 * cannot be part of a pattern, and all lines must be read.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
 */
export function patternsFor(names: readonly string[], values: readonly string[]): readonly (string | undefined)[] {
  if (!values.every((value) => PLAIN.test(value) && value.length < 200)) return [undefined];
  const patterns: string[] = [];
  let tests: string[] = [];
  const close = (): void => {
    if (tests.length > 0) patterns.push(`{ ${tests.join(" || ")} }`);
    tests = [];
  };
  for (const test of values.flatMap((value) => names.map((name) => `($.${name} = "${value}")`))) {
    if ([...tests, test].join(" || ").length + 4 > MAX_PATTERN) close();
    tests.push(test);
  }
  close();
  return patterns;
}
