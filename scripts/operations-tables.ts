import { HANDLER_OUTPUTS, HANDLERS, type HandlerName } from "../src/contract/handlers";
import type { LogCodes } from "../src/contract/log-levels";
import type { MetricSet } from "../src/contract/metrics";
import { NAME_SUFFIXES, physicalName } from "../src/names";
import { alarmDefinitions } from "../src/observability/alarm-definitions";
import { DEAD_LETTERS, STACK_PARTS, type StackPart } from "../src/observability/handler-rows";
import { stackMetrics } from "../src/observability/observability";
import { ALWAYS, type Existence } from "../src/terraform/existence";
import { REFUSALS } from "../tool/src/refusals";
import { describedMembers } from "./described-members";

/** The blocks of docs/operations.md: the alarms, the dead-letter queues, what the handlers write, and why they refuse. */
export function operationsBlocks(): Readonly<Record<string, () => string>> {
  return {
    alarms: () => table(["alarm", "starts when", "what to do"], alarmRows()),
    "dead-letter-queues": () => table(["dead-letter queue", "redrive to"], queueRows()),
    metrics: () => table(["metric", "unit", "counts"], HANDLERS.flatMap(metricRows)),
    "log-codes": () => table(["function", "code", "level", "says"], HANDLERS.flatMap(logRows)),
    refusals: () => table(["code", "meaning", "what to do"], refusalRows()),
  };
}

/** A row for the alarms that mean the same for different parts. */
function alarmRows(): string[][] {
  const metrics = stackMetrics({
    prefix: "<prefix>",
    api: { apiId: "", stageName: "" },
    connectionsTable: "",
    functions: {},
  });
  const parts = Object.fromEntries(STACK_PARTS.map((part) => [part, ALWAYS])) as Record<StackPart, Existence>;
  const rows = new Map<string, [names: string[], ...cells: string[]]>();
  for (const { id, startsWhen, whatToDo } of alarmDefinitions({ metrics, parts, visibilityTimeoutSeconds: 0 })) {
    const name = `\`${id.replaceAll("_", "-")}\``;
    const [names] = rows.get(`${startsWhen} ${whatToDo}`) ?? [];
    if (names === undefined) rows.set(`${startsWhen} ${whatToDo}`, [[name], startsWhen, whatToDo]);
    else names.push(name);
  }
  return [...rows.values()].map(([names, ...cells]) => [names.join(", "), ...cells]);
}

function refusalRows(): string[][] {
  return Object.entries(REFUSALS).map(([reason, { meaning, advice }]) => [`\`${reason}\``, meaning, advice]);
}

function queueRows(): string[][] {
  const name = (key: keyof typeof NAME_SUFFIXES) => `\`${physicalName("<prefix>", NAME_SUFFIXES[key])}\``;
  return DEAD_LETTERS.map(({ key, redriveTo }) => [
    name(key),
    redriveTo ? name(redriveTo) : "none: see the table below",
  ]);
}

const contractOf = (handler: HandlerName) => `src/contract/${handler}-handler.ts`;

function metricRows(handler: HandlerName): string[][] {
  return HANDLER_OUTPUTS[handler].metrics.flatMap(({ units }: MetricSet) =>
    describedMembers(contractOf(handler), constantOf(handler, units), "units").map(({ name, description }) => [
      `\`${name}\``,
      units[name] ?? "",
      sentence(description),
    ]),
  );
}

/** The authorizer has two sets of metrics, each in a constant with the name of its metric. */
function constantOf(handler: HandlerName, units: Readonly<Record<string, string>>): string {
  const [name = ""] = Object.keys(units);
  return `${(handler === "authorizer" ? name : handler).toUpperCase()}_METRICS`;
}

function logRows(handler: HandlerName): string[][] {
  const codes: LogCodes = HANDLER_OUTPUTS[handler].log;
  const members = describedMembers(contractOf(handler), `${handler.toUpperCase()}_LOG`);
  return members.map(({ name, description }, index) => [
    index === 0 ? handler : "",
    `\`${name}\``,
    [codes[name]].flat().join(", "),
    sentence(description),
  ]);
}

/** The cell's text: a single sentence has no full stop. */
function sentence(text: string): string {
  const isOne = !/[.] [A-Z]/.test(text);
  // Not the name of a service: SQS.
  const start = /^[A-Z][a-z ]/.test(text) ? text.charAt(0).toLowerCase() : text.charAt(0);
  return `${start}${text.slice(1)}`.replace(/\.$/, isOne ? "" : ".");
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
