import Ajv from "ajv";

const NAME = { type: "string", minLength: 1, maxLength: 1_024 };

/**
 * The embedded metric format's own JSON schema, with the limits that its text adds: dimension sets of 30 at most,
 * 100 metrics a directive, units by CloudWatch's names.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
const SCHEMA = {
  type: "object",
  required: ["_aws"],
  properties: {
    _aws: {
      type: "object",
      required: ["Timestamp", "CloudWatchMetrics"],
      properties: {
        Timestamp: { type: "integer", minimum: 0 },
        CloudWatchMetrics: {
          type: "array",
          items: {
            type: "object",
            required: ["Namespace", "Dimensions", "Metrics"],
            additionalProperties: false,
            properties: {
              Namespace: { type: "string", minLength: 1, maxLength: 255, pattern: "^[A-Za-z0-9._/#:-]+$" },
              Dimensions: {
                type: "array",
                minItems: 1,
                items: {
                  type: "array",
                  minItems: 1,
                  maxItems: 30,
                  items: { type: "string", minLength: 1, maxLength: 250 },
                },
              },
              Metrics: {
                type: "array",
                minItems: 1,
                maxItems: 100,
                items: {
                  type: "object",
                  required: ["Name"],
                  additionalProperties: false,
                  properties: {
                    Name: NAME,
                    Unit: {
                      type: "string",
                      pattern:
                        "^(Seconds|Microseconds|Milliseconds|Bytes|Kilobytes|Megabytes|Gigabytes|Terabytes|Bits|Kilobits|Megabits|Gigabits|Terabits|Percent|Count|Bytes\\/Second|Kilobytes\\/Second|Megabytes\\/Second|Gigabytes\\/Second|Terabytes\\/Second|Bits\\/Second|Kilobits\\/Second|Megabits\\/Second|Gigabits\\/Second|Terabits\\/Second|Count\\/Second|None)$",
                    },
                    StorageResolution: { enum: [1, 60] },
                  },
                },
              },
            },
          },
        },
      },
    },
  },
};

/** The references of a directive must name members of the line itself. */
const TARGETS = {
  metric: {
    oneOf: [{ type: "number" }, { type: "array", minItems: 1, maxItems: 100, items: { type: "number" } }],
  },
  dimension: { type: "string", minLength: 1, maxLength: 1_024 },
};

const ajv = new Ajv({ allErrors: true });
const validate = ajv.compile<EmbeddedMetricLine>(SCHEMA);
const isMetricTarget = ajv.compile(TARGETS.metric);
const isDimensionTarget = ajv.compile(TARGETS.dimension);

interface EmbeddedMetricLine {
  readonly _aws: {
    readonly Timestamp: number;
    readonly CloudWatchMetrics: readonly {
      readonly Namespace: string;
      readonly Dimensions: readonly (readonly string[])[];
      readonly Metrics: readonly { readonly Name: string; readonly Unit?: string }[];
    }[];
  };
  readonly [member: string]: unknown;
}

/** A metric as CloudWatch keeps it. */
export interface EmittedMetric {
  readonly namespace: string;
  readonly name: string;
  readonly unit?: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly values: readonly number[];
}

/**
 * The metrics that CloudWatch takes out of a log line: none when the line has no `_aws`.
 *
 * @throws Error naming the first rule of the format that the line breaks: CloudWatch would drop its metrics in silence.
 */
export function emittedMetrics(line: string): readonly EmittedMetric[] {
  const document: unknown = JSON.parse(line);
  if (!(typeof document === "object" && document !== null && "_aws" in document)) return [];
  if (Buffer.byteLength(line) > 1024 * 1024) throw new Error("the line is longer than 1 MB");
  if (!validate(document)) throw new Error(ajv.errorsText(validate.errors));
  return document._aws.CloudWatchMetrics.flatMap(({ Namespace, Dimensions, Metrics }) =>
    Dimensions.flatMap((set) =>
      Metrics.map(({ Name, Unit }) => ({
        namespace: Namespace,
        name: Name,
        unit: Unit,
        dimensions: Object.fromEntries(set.map((name) => [name, dimensionValue(document, name)])),
        values: metricValues(document, Name),
      })),
    ),
  );
}

function metricValues(document: EmbeddedMetricLine, name: string): readonly number[] {
  const value = document[name];
  if (!isMetricTarget(value)) throw new Error(`${name} is neither a number nor 1 to 100 of them`);
  return [value].flat() as number[];
}

function dimensionValue(document: EmbeddedMetricLine, name: string): string {
  const value = document[name];
  if (!isDimensionTarget(value)) throw new Error(`dimension ${name} is no text of 1 to 1,024 characters`);
  return value as string;
}
