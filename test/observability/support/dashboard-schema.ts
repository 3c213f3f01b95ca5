import Ajv from "ajv";

const AXIS = {
  type: "object",
  additionalProperties: false,
  properties: {
    min: { type: "number" },
    max: { type: "number" },
    label: { type: "string" },
    showUnits: { type: "boolean" },
  },
};

const POSITION = {
  x: { type: "integer", minimum: 0, maximum: 23 },
  y: { type: "integer", minimum: 0 },
  width: { type: "integer", minimum: 1, maximum: 24 },
  height: { type: "integer", minimum: 1, maximum: 1_000 },
};

/** Statistics that CloudWatch knows, of those a dashboard here could want. */
const STAT = "^(Sum|Minimum|Maximum|Average|SampleCount|p(\\d{1,2}(\\.\\d+)?|100))$";

const RENDERING = {
  type: "object",
  additionalProperties: false,
  properties: {
    stat: { type: "string", pattern: STAT },
    label: { type: "string" },
    yAxis: { enum: ["left", "right"] },
    id: { type: "string", pattern: "^[a-z][A-Za-z0-9_]*$" },
    visible: { type: "boolean" },
    expression: { type: "string", minLength: 1, maxLength: 1_024 },
  },
};

/**
 * The body of a dashboard as AWS documents it, as far as text and metric widgets go, and strict about what it does not know.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
 */
const SCHEMA = {
  type: "object",
  additionalProperties: false,
  required: ["widgets"],
  properties: {
    start: { type: "string" },
    end: { type: "string" },
    periodOverride: { enum: ["auto", "inherit"] },
    widgets: {
      type: "array",
      maxItems: 500,
      items: {
        oneOf: [
          {
            type: "object",
            additionalProperties: false,
            required: ["type", "x", "y", "width", "height", "properties"],
            properties: {
              type: { const: "text" },
              ...POSITION,
              properties: {
                type: "object",
                additionalProperties: false,
                required: ["markdown"],
                properties: { markdown: { type: "string" }, background: { enum: ["transparent", "solid"] } },
              },
            },
          },
          {
            type: "object",
            additionalProperties: false,
            required: ["type", "x", "y", "width", "height", "properties"],
            properties: {
              type: { const: "metric" },
              ...POSITION,
              properties: {
                type: "object",
                additionalProperties: false,
                required: ["region", "metrics", "view", "period", "title"],
                properties: {
                  title: { type: "string", minLength: 1 },
                  region: { type: "string", pattern: "^[a-z]{2}(-[a-z]+)+-\\d$" },
                  view: { enum: ["timeSeries", "singleValue", "gauge", "bar", "pie", "table"] },
                  stacked: { type: "boolean" },
                  sparkline: { type: "boolean" },
                  setPeriodToTimeRange: { type: "boolean" },
                  period: { type: "integer", minimum: 1, multipleOf: 60 },
                  yAxis: { type: "object", additionalProperties: false, properties: { left: AXIS, right: AXIS } },
                  metrics: {
                    type: "array",
                    minItems: 1,
                    maxItems: 500,
                    items: {
                      type: "array",
                      minItems: 1,
                      items: { oneOf: [{ type: "string", minLength: 1 }, RENDERING] },
                    },
                  },
                },
              },
            },
          },
        ],
      },
    },
  },
};

export interface DashboardWidget {
  readonly type: "text" | "metric";
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly properties: {
    readonly title?: string;
    readonly view?: string;
    readonly markdown?: string;
    readonly metrics?: readonly (readonly (string | Rendering)[])[];
  };
}

export interface Rendering {
  readonly stat?: string;
  readonly label?: string;
  readonly id?: string;
  readonly yAxis?: string;
  readonly visible?: boolean;
  readonly expression?: string;
}

const ajv = new Ajv({ allErrors: true, allowUnionTypes: true });
const validate = ajv.compile<{ readonly widgets: readonly DashboardWidget[] }>(SCHEMA);

/** @throws Error naming what AWS's structure does not allow. */
export function readDashboard(body: string): readonly DashboardWidget[] {
  const document: unknown = JSON.parse(body);
  if (!validate(document)) throw new Error(ajv.errorsText(validate.errors));
  return document.widgets;
}
