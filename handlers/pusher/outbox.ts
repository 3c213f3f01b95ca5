export interface OutboxMessage {
  readonly body: string;
  /** Whether the pusher has written the body: only then may it be read as a continuation. */
  readonly isContinuation: boolean;
  /** The user who has posted it, if the message is still the control function's. */
  readonly postedBy?: string | undefined;
  /** 0 to 900. */
  readonly delaySeconds?: number;
  /** Why it is a dead letter: a stable code. */
  readonly reason?: string;
  /** The error of a malformed message, for its sender. Names members, never a value. */
  readonly detail?: string;
}

/** The notifications queue and its dead-letter queue. */
export interface Outbox {
  /** Sends the messages, with retries until the deadline (epoch milliseconds). Returns those not sent; never throws. */
  send(
    queue: "notifications" | "dead-letters",
    messages: readonly OutboxMessage[],
    deadline: number,
  ): Promise<readonly OutboxMessage[]>;
}
