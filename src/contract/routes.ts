import { CONTROL_ROUTE_KEYS } from "./control";

/** The routes of the WebSocket API, by the name that constructs, addresses and tests give them. */
export const ROUTE_KEYS = {
  /** A client connects; the authorizer decides. */
  connect: "$connect",
  /** A connection has closed, if API Gateway noticed it. */
  disconnect: "$disconnect",
  /** Prevents the idle timeout of ten minutes. */
  ping: "ping",
  /** To the messages topic. */
  publish: "publish",
  /** To the messages queue. */
  send: "send",
  ...CONTROL_ROUTE_KEYS,
} as const;

/** A frame's `action` picks its route: `{"action":"send","message":…}`. */
export const ROUTE_SELECTION_EXPRESSION = "$request.body.action";

/** The query parameter of `$connect` with the token: `wss://…/<stage>?authorization=<JWT>`. */
export const TOKEN_QUERY_PARAMETER = "authorization";

/** The header with the token, for clients that can set headers. Browsers cannot. */
export const TOKEN_HEADER = "Authorization";
