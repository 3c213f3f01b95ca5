import { type CloudWatchLogsClient, FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { GetFunctionConfigurationCommand, type LambdaClient } from "@aws-sdk/client-lambda";
import { type EmittedMetric, emittedMetrics } from "../support/embedded-metrics";
import { until } from "./until";

/** A line of a handler: its level, its code and its fields. */
export type LogLine = { readonly level: string; readonly code: string; readonly [field: string]: unknown };

/** A function's lines in CloudWatch Logs, as an operator would read them. */
export class FunctionLog {
  private constructor(
    private readonly logs: CloudWatchLogsClient,
    private readonly groupName: string,
    private readonly since: number,
  ) {}

  /** Reads lines that are written from now on. */
  static async open(
    { lambda, logs }: { readonly lambda: LambdaClient; readonly logs: CloudWatchLogsClient },
    functionName: string,
  ): Promise<FunctionLog> {
    const configuration = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName: functionName }));
    return new FunctionLog(logs, configuration.LoggingConfig?.LogGroup ?? "", Date.now());
  }

  /** All lines, including Lambda's own. */
  async text(): Promise<readonly string[]> {
    const found: string[] = [];
    let nextToken: string | undefined;
    do {
      const page = await this.logs.send(
        new FilterLogEventsCommand({ logGroupName: this.groupName, startTime: this.since, nextToken }),
      );
      found.push(...(page.events ?? []).map(({ message = "" }) => message.trim()));
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    return found;
  }

  /** Waits for a line with this code and these fields. */
  line(code: string, fields: Readonly<Record<string, unknown>> = {}): Promise<LogLine> {
    return until(`a line with the code ${code}`, async () => {
      const lines = (await this.#handlerLines()).map((line) => JSON.parse(line) as LogLine);
      return lines.find(
        (line) => line.code === code && Object.entries(fields).every(([name, value]) => line[name] === value),
      );
    });
  }

  /** Waits until CloudWatch has taken so much of a metric out of the lines, and gives what it took, line by line. */
  metric(name: string, atLeast: number): Promise<readonly EmittedMetric[]> {
    return until(`${atLeast} of the metric ${name}`, async () => {
      const emitted = (await this.#handlerLines()).flatMap(emittedMetrics).filter((metric) => metric.name === name);
      const sum = emitted.flatMap(({ values }) => values).reduce((total, value) => total + value, 0);
      return sum >= atLeast && emitted;
    });
  }

  async #handlerLines(): Promise<readonly string[]> {
    return (await this.text()).filter((line) => line.startsWith('{"level":'));
  }
}
