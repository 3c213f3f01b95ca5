import type { MessageAttribute } from "../aws/sqs";
import type { Notification } from "./notification";

/**
 * The member with a continuation's state. `write-continuation.ts` writes it, `read-continuation.ts` reads it. Internal: its format
 * may change with any version.
 */
export const CONTINUATION = "sumu_continuation";

/** The error text for state in another format. */
export const CONTINUATION_MALFORMED = `\`${CONTINUATION}\` is not one that this version writes`;

/**
 * Marks a message that the pusher has sent. A member of the body cannot be the mark, because a backend may copy the
 * members of a client's object into its request. A client cannot set an attribute. A backend can, but gains nothing: a
 * continuation reaches connections, as any request does, and removes only rows that API Gateway does not know.
 */
export const CONTINUATION_ATTRIBUTE: Readonly<Record<string, MessageAttribute>> = {
  [CONTINUATION]: { DataType: "String", StringValue: "1" },
};

/** The state of every continuation. */
export type ContinuationState = Pick<Notification, "attempt" | "refusals" | "keep"> &
  Partial<Pick<Notification, "id" | "sentAt" | "from">>;
