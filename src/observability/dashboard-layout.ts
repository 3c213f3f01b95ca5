import type { Metric } from "./stack-metrics";

/** The metric of a line in a graph. */
export interface Line {
  readonly metric: Metric;
  /** `Sum`, `Maximum`, `Average`, `SampleCount`, `p95`, … */
  readonly stat: string;
  readonly label: string;
  /** @default left */
  readonly yAxis?: "left" | "right";
  /** Its name in an expression. */
  readonly id?: string;
  /** False: only an operand of an expression. @default true */
  readonly visible?: boolean;
}

/** A line that CloudWatch computes. */
export interface Computed {
  readonly expression: string;
  readonly label: string;
  readonly id: string;
}

export interface Graph {
  readonly title: string;
  readonly lines: readonly (Line | Computed)[];
  /** @default timeSeries */
  readonly view?: "timeSeries" | "singleValue";
  readonly stacked?: boolean;
  readonly leftLabel?: string;
  readonly rightLabel?: string;
}

/** A row of the dashboard: widgets of equal width, side by side. */
export type Row =
  | { readonly kind: "text"; readonly height: number; readonly markdown: string }
  | { readonly kind: "graphs"; readonly height: number; readonly graphs: readonly Graph[] };

/** CloudWatch's grid. */
const COLUMNS = 24;

/** Points of five minutes. CloudWatch uses longer periods for longer ranges. */
const PERIOD_SECONDS = 300;

interface Widget {
  readonly type: "metric" | "text";
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly properties: Readonly<Record<string, unknown>>;
}

/** The body of a CloudWatch dashboard. */
export interface DashboardBody {
  readonly periodOverride: "auto";
  readonly widgets: readonly Widget[];
}

/**
 * Places the rows one below the other.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
 */
export function layOut(rows: readonly Row[], region: string): DashboardBody {
  let y = 0;
  const widgets = rows.flatMap((row): Widget[] => {
    const top = y;
    y += row.height;
    if (row.kind === "text") {
      const properties = { markdown: row.markdown, background: "transparent" };
      return [{ type: "text", x: 0, y: top, width: COLUMNS, height: row.height, properties }];
    }
    const width = COLUMNS / row.graphs.length;
    return row.graphs.map((graph, index) => ({
      type: "metric",
      x: index * width,
      y: top,
      width,
      height: row.height,
      properties: graphProperties(graph, region),
    }));
  });
  return { periodOverride: "auto", widgets };
}

function graphProperties(graph: Graph, region: string): Readonly<Record<string, unknown>> {
  const { title, view = "timeSeries", stacked = false, leftLabel, rightLabel } = graph;
  const axis = (label: string) => ({ min: 0, label, showUnits: false });
  return {
    title,
    view,
    region,
    period: PERIOD_SECONDS,
    metrics: graph.lines.map(metricEntry),
    // One value for the whole selected range, not for its last five minutes.
    ...(view === "singleValue" ? { setPeriodToTimeRange: true, sparkline: false } : { stacked }),
    ...(leftLabel !== undefined && {
      yAxis: { left: axis(leftLabel), ...(rightLabel !== undefined && { right: axis(rightLabel) }) },
    }),
  };
}

/** `[namespace, name, dimension, value, …, rendering]`, or `[{ expression }]`. */
function metricEntry(line: Line | Computed): readonly unknown[] {
  if ("expression" in line) return [{ expression: line.expression, label: line.label, id: line.id }];
  const { metric, stat, label, yAxis, id, visible } = line;
  const rendering = {
    stat,
    label,
    ...(yAxis !== undefined && { yAxis }),
    ...(id !== undefined && { id }),
    ...(visible !== undefined && { visible }),
  };
  return [metric.namespace, metric.name, ...Object.entries(metric.dimensions).flat(), rendering];
}
