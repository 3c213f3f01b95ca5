import { MESSAGE_ATTRIBUTES, MESSAGE_SOURCES, type PresenceMessage } from "../../src/contract/messages";
import type { MessageAttribute } from "../aws/sqs";
import { attributeText, messageJson } from "./message-text";
import type { PresenceRow } from "./presence-row";

/** A presence event as it goes out: the body, and the attributes by which a subscriber filters. */
export interface PresenceEvent {
  readonly body: string;
  readonly attributes: Readonly<Record<string, MessageAttribute>>;
}

/** The event of a row's version. Made of the row alone, so that a repeat has the same bytes. */
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
