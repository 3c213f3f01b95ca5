/**
 * The notifications that answer one message. A customer who asks for an order gets its state. A customer who comes
 * online gets a welcome.
 */
export function answersOf(record) {
  const { source, userId, text } = record.Sns === undefined ? fromQueue(record) : fromTopic(record.Sns);
  const message = parsed(text);
  if (source === "lambda.presence.watchdog") {
    return message?.message?.status === "ONLINE" ? [{ users: [userId], data: { type: "welcome" } }] : [];
  }
  const order = typeof message?.order === "string" ? message.order : undefined;
  const data = order === undefined ? { type: "error", reason: "no order" } : { type: "order", order, state: "packed" };
  return [{ users: [userId], data }];
}

function fromQueue({ body, messageAttributes }) {
  return { text: body, source: messageAttributes.source.stringValue, userId: messageAttributes.user_id.stringValue };
}

function fromTopic({ Message, MessageAttributes }) {
  return { text: Message, source: MessageAttributes.source.Value, userId: MessageAttributes.user_id.Value };
}

/** Clients can send any text. The order desk ignores a message that is not JSON. */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
