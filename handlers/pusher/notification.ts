import type { Connection, PageKey, Segment } from "./connection";
import type { ChannelRange } from "./subscription";

/** The audience of a notification. In a continuation: the part of the audience that it has not reached yet. */
export type Audience =
  /** Every connection, or the connections in a part of the table, from a page on. */
  | { readonly kind: "everyone"; readonly segment?: Segment; readonly after?: PageKey }
  /** Each user once. `after`: the page of the first user from which to continue. */
  | { readonly kind: "users"; readonly users: readonly string[]; readonly after?: PageKey }
  /**
   * `readAt`: when the rows of the connections were read (epoch milliseconds). With history, a connection that is newer
   * belongs to the audience, too, if its user has a connection here: its row may not have been there yet.
   */
  | { readonly kind: "connections"; readonly connections: readonly Connection[]; readonly readAt?: number | undefined }
  | ChannelAudience;

/** The connections in the notification's channel, or in a part of it. */
export interface ChannelAudience extends ChannelRange {
  readonly kind: "channel";
}

/** A notification to deliver: a backend's request, or what an earlier invocation left of one. */
export interface Notification {
  /** The id from the backend, or else of the message with the request. It is the same at each try. */
  readonly id: string;
  /** JSON text: each connection receives exactly the sender's text. */
  readonly data: string;
  readonly audience: Audience;
  /** The channel, if the notification is to one. Its clients and its history get the name. */
  readonly channel?: string;
  /** The user who has posted it. Absent: the backend has sent it. */
  readonly from?: string;
  /** Users who get nothing, whatever the audience. */
  readonly excludedUsers: ReadonlySet<string>;
  /**
   * From 1: how often failed deliveries have been tried. This invocation is included; tries that do not count are not.
   */
  readonly attempt: number;
  /** How often the connections were refused (429) while others accepted their messages: the clients do not read. */
  readonly refusals?: number;
  /** Epoch milliseconds at which the queue or topic accepted the backend's request. Absent if it is not known. */
  readonly sentAt?: number;
  /** `false`: it is not kept in history. Absent: it is, if history is kept. */
  readonly keep?: false;
  /** Whether the request is refused if the envelope is too large, although the data alone is not. */
  readonly mustFitEnvelope?: true;
}

/** Why a request can never be carried out: a stable code, the attribute `reason` of the dead letter. */
export type RefusalCode = "malformed" | "channels_not_enabled" | "revocations_not_enabled";

/** The request can never be carried out. Names what is wrong, never a value. */
export class MalformedNotificationError extends Error {
  override readonly name = "MalformedNotificationError";

  constructor(
    message: string,
    readonly code: RefusalCode = "malformed",
  ) {
    super(message);
  }
}
