import { AUTHORIZED_METRICS, AUTHORIZER_LOG, REFUSED_METRICS } from "./authorizer-handler";
import { CONTROL_LOG, CONTROL_METRICS } from "./control-handler";
import type { LogCodes } from "./log-levels";
import type { MetricSet } from "./metrics";
import { PRESENCE_LOG, PRESENCE_METRICS } from "./presence-handler";
import { PUSHER_LOG, PUSHER_METRICS } from "./pusher-handler";

/** What a handler writes into its log. docs/operations.md has tables of both. */
interface HandlerOutput {
  readonly metrics: readonly MetricSet[];
  readonly log: LogCodes;
}

/** The output of each handler. The order is the order of alarms, graphs and tables. */
export const HANDLER_OUTPUTS = {
  authorizer: { metrics: [AUTHORIZED_METRICS, REFUSED_METRICS], log: AUTHORIZER_LOG },
  pusher: { metrics: [PUSHER_METRICS], log: PUSHER_LOG },
  presence: { metrics: [PRESENCE_METRICS], log: PRESENCE_LOG },
  control: { metrics: [CONTROL_METRICS], log: CONTROL_LOG },
} as const satisfies Readonly<Record<string, HandlerOutput>>;

export type HandlerName = keyof typeof HANDLER_OUTPUTS;

/** The Lambda functions of a SUMU, by the name of their folder in handlers/. */
export const HANDLERS = Object.keys(HANDLER_OUTPUTS) as readonly HandlerName[];

/** The export that Lambda calls: file `index.mjs`, function `handler`. */
export const HANDLER_ENTRY = "index.handler";

/** The alias that all callers invoke. A release moves it. No caller invokes `$LATEST`. */
export const RELEASE_ALIAS = "latest";
