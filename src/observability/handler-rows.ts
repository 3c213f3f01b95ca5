import { HANDLERS, type HandlerName } from "../contract/handlers";

/** A part of the stack that exists only if an input asks for it. */
export type HandlerPart = "watchdog" | "control";

/** A handler, as an operator sees it: the handler's alarms and its lines of the dashboard come from this row. */
export interface HandlerRow {
  /** What users notice when the handler fails, for the alarm's description. */
  readonly failing: string;
  /** The handler exists only together with this part. @default - it always exists */
  readonly part?: HandlerPart;
}

const HANDLER_ROWS: Readonly<Record<HandlerName, HandlerRow>> = {
  authorizer: { failing: "clients cannot connect." },
  pusher: { failing: "notifications are late." },
  presence: { failing: "presence is late.", part: "watchdog" },
  control: {
    failing: "clients get no answers to their control frames: they neither recover nor use channels.",
    part: "control",
  },
};

/** The rows, in the order in which alarms and graphs list the handlers. */
export function handlerRows(): readonly (HandlerRow & { readonly handler: HandlerName })[] {
  return HANDLERS.map((handler) => ({ handler, ...HANDLER_ROWS[handler] }));
}
