/** Why a message was not sent, or a request was not done. A server can send further codes as the `reason` of a refusal. */
export type SumuErrorCode =
  /** The client is closed. */
  | "closed"
  /** The message is larger than a frame may be: 32 KB. */
  | "too_large"
  /** As many messages wait as the option `maxWaiting` allows. */
  | "too_many_waiting"
  /** The time of the option `maxWaitingMs` is over. The backend may have the message if it was on its way. */
  | "timeout"
  /** SUMU has refused the message. */
  | "refused"
  /** This SUMU does not have the route: channels or history are off, or it is an earlier version. */
  | "not_supported"
  | (string & {});

/** What the promises of the client reject with. */
export class SumuError extends Error {
  /** For programs. The message is for people. */
  declare readonly code: SumuErrorCode;

  constructor(code: SumuErrorCode, message: string = code) {
    super(message);
    this.name = "SumuError";
    this.code = code;
  }
}
