/** The Lambda functions of a SUMU, by the name of their folder in handlers/. */
export const HANDLERS = ["authorizer", "pusher", "presence", "control"] as const;

export type HandlerName = (typeof HANDLERS)[number];

/** The export that Lambda calls: file `index.mjs`, function `handler`. */
export const HANDLER_ENTRY = "index.handler";

/** The alias that all callers invoke. A release moves it. No caller invokes `$LATEST`. */
export const RELEASE_ALIAS = "latest";
