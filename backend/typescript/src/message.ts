import { SumuError } from "./errors";

/** Which way a message came. Only the attribute shows it: a client may send any body. */
export type MessageSource = "apigw.route.send" | "apigw.route.publish" | "lambda.presence.watchdog" | "unknown";

/** A change of a user's presence. */
export interface PresenceChange {
  readonly userId: string;
  readonly status: "ONLINE" | "OFFLINE";
  /** Epoch milliseconds. */
  readonly timestamp: number;
  /** Grows with each change of this user. If it is not higher than the last, the change is old or a repeat. */
  readonly version: number;
}

/** A message of a client, or a change of presence. */
export class Message {
  constructor(
    /** The same when SQS hands the message out again. */
    readonly id: string,
    /** A text that the client sent, or the JSON text of anything else. */
    readonly body: string,
    /** Who sent it: the user of the token with which the client connected. */
    readonly userId: string,
    /** Epoch milliseconds. */
    readonly timestamp: number,
    /** `unknown`: SUMU did not send it. */
    readonly source: MessageSource,
  ) {}

  /** The body as JSON. @throws SumuError when the client has sent a text that is not JSON */
  json<Value = unknown>(): Value {
    try {
      return JSON.parse(this.body) as Value;
    } catch {
      throw new SumuError("body_not_json", `the body of message ${this.id} is not JSON: use body`);
    }
  }

  /** The change of presence; undefined for any other message, whatever its body is. */
  get presence(): PresenceChange | undefined {
    if (this.source !== "lambda.presence.watchdog") return undefined;
    const { message } = this.json<{ message: Omit<PresenceChange, "userId"> & { user_id: string } }>();
    const { user_id: userId, status, timestamp, version } = message;
    return { userId, status, timestamp, version };
  }
}

const SOURCES: readonly string[] = ["apigw.route.send", "apigw.route.publish", "lambda.presence.watchdog"];

type Attributes = Readonly<Record<string, Readonly<Record<string, unknown>> | undefined>>;

/** What SQS ReceiveMessage, a Lambda event of SQS and one of SNS call the same things. */
interface Raw {
  readonly MessageId?: string;
  readonly Body?: string;
  readonly MessageAttributes?: Attributes;
  readonly messageId?: string;
  readonly body?: string;
  readonly messageAttributes?: Attributes;
  readonly Sns?: { readonly MessageId?: string; readonly Message?: string; readonly MessageAttributes?: Attributes };
}

/**
 * Reads a message as any of the ways to receive hands it over: SQS ReceiveMessage, a record of a Lambda event from a
 * queue or from the topic, and a queue on the topic with raw message delivery or without.
 */
export function readMessage(raw: object): Message {
  const { Sns, MessageId, Body, MessageAttributes, messageId, body, messageAttributes } = raw as Raw;
  if (Sns) return message(Sns.MessageId, Sns.Message, Sns.MessageAttributes);
  const [id, text, attributes] = [MessageId ?? messageId, Body ?? body, MessageAttributes ?? messageAttributes];
  const envelope = attributes?.source === undefined ? envelopeOf(text) : undefined;
  return envelope ? message(id, envelope.Message, envelope.MessageAttributes) : message(id, text, attributes);
}

function message(id = "", body = "", attributes: Attributes = {}): Message {
  const value = (name: string): string => {
    const { StringValue, stringValue, Value } = attributes[name] ?? {};
    return String(StringValue ?? stringValue ?? Value ?? "");
  };
  const source = value("source");
  return new Message(
    id,
    body,
    value("user_id"),
    // Another sender may write anything there.
    Number(value("timestamp")) || 0,
    (SOURCES.includes(source) ? source : "unknown") as MessageSource,
  );
}

/**
 * What SNS puts around a message without raw message delivery. A client cannot forge it: a client's message has
 * attributes of its own.
 */
function envelopeOf(text = ""): NonNullable<Raw["Sns"]> | undefined {
  if (!text.startsWith("{")) return undefined;
  try {
    const value = JSON.parse(text) as { Type?: unknown; TopicArn?: unknown; Message?: unknown };
    const isEnvelope =
      value.Type === "Notification" && value.TopicArn !== undefined && typeof value.Message === "string";
    return isEnvelope ? (value as NonNullable<Raw["Sns"]>) : undefined;
  } catch {
    return undefined;
  }
}
