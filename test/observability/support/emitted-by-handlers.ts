import path from "node:path";
import { HANDLERS } from "../../../src/contract/handlers";
import { type EmittedMetric, emittedMetrics } from "../../support/embedded-metrics";

type Environment = Readonly<Record<string, string>>;

/** `test/handlers/<name>/support/metric-lines.ts`: lets the handler do everything that it counts. */
interface MetricLines {
  metricLines(environment: Environment): Promise<readonly string[]>;
}

/** Lets each handler do everything that it counts, and returns the metrics that CloudWatch takes out of its log. */
export async function emittedByHandlers(environment: Environment): Promise<readonly EmittedMetric[]> {
  const lines: string[] = [];
  for (const name of HANDLERS) {
    const file = path.join(__dirname, "..", "..", "handlers", name, "support", "metric-lines");
    const { metricLines }: MetricLines = await import(file);
    lines.push(...(await metricLines(environment)));
  }
  return lines.flatMap(emittedMetrics);
}
