import { HANDLERS, type HandlerName } from "../contract/handlers";

/** What an operator sees of a handler: its alarms and its lines of the dashboard derive from this row. */
export interface HandlerRow {
  /** What users notice when it fails, for the alarm's description. */
  readonly failing: string;
  /** The part that it exists with. @default - it exists always */
  readonly part?: "watchdog";
}

const HANDLER_ROWS: Readonly<Record<HandlerName, HandlerRow>> = {
  authorizer: { failing: "clients cannot connect." },
  pusher: { failing: "notifications are late." },
  presence: { failing: "presence is late.", part: "watchdog" },
};

/** The rows, in the order in which alarms and graphs list the handlers. */
export function handlerRows(): readonly (HandlerRow & { readonly handler: HandlerName })[] {
  return HANDLERS.map((handler) => ({ handler, ...HANDLER_ROWS[handler] }));
}
