import type { Notification } from "../../../handlers/pusher/notification";
import type { MessageFacts } from "../../../handlers/pusher/parse-notification";
import { parseRequest } from "../../../handlers/pusher/parse-request";

/** Reads a message that is a notification. */
export function parseNotification(body: string, facts: Partial<MessageFacts> = {}): Notification {
  const request = parseRequest(body, { id: "message-1", ...facts });
  if (!("notification" in request)) throw new Error("the request is no notification");
  return request.notification;
}
