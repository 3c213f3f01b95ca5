/** The routes of the WebSocket API, by the name that constructs, addresses and tests give them. */
export const ROUTE_KEYS = {
  connect: "$connect",
  disconnect: "$disconnect",
  ping: "ping",
  publish: "publish",
  send: "send",
} as const;

/** A frame's `action` picks its route: `{"action":"send","message":…}`. */
export const ROUTE_SELECTION_EXPRESSION = "$request.body.action";

/** Where `$connect` carries the token: `wss://…/<stage>?authorization=<JWT>`. */
export const TOKEN_QUERY_PARAMETER = "authorization";
