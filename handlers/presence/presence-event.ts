import { MESSAGE_ATTRIBUTES, MESSAGE_SOURCES, type PresenceMessage } from "../../src/contract/messages";
import type { MessageAttribute } from "../aws/sqs";
import { attributeText, messageJson } from "./message-text";
import type { PresenceRow } from "./presence-row";

/** A presence event as it is sent: the body, and the attributes for a subscriber's filter. */
export interface PresenceEvent {
  readonly body: string;
  readonly attributes: Readonly<Record<string, MessageAttribute>>;
}

/** The event of a row's version. It is built only from the row, so a repeat has the same bytes. */
export function presenceEvent(userId: string, { status, version, changedAt }: PresenceRow): PresenceEvent {
  const event: PresenceMessage = {
    type: "presence",
    message: { user_id: userId, status, timestamp: changedAt, version },
  };
  return {
    body: messageJson(event),
    attributes: {
      [MESSAGE_ATTRIBUTES.source]: { DataType: "String", StringValue: MESSAGE_SOURCES.presence },
      [MESSAGE_ATTRIBUTES.userId]: { DataType: "String", StringValue: attributeText(userId) },
      [MESSAGE_ATTRIBUTES.timestamp]: { DataType: "Number", StringValue: String(changedAt) },
      [MESSAGE_ATTRIBUTES.version]: { DataType: "Number", StringValue: String(version) },
    },
  };
}
