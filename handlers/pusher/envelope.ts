import { cursorAt } from "../../src/contract/history";
import { WEBSOCKET_PAYLOAD_BYTES } from "../../src/contract/limits";
import { PROTOCOLS } from "../../src/contract/tables";
import { type Payload, payload } from "../aws/connections-api";
import { notificationFrame } from "../shared/notification-frame";
import type { Entry } from "./history-store";
import type { Notification } from "./notification";

/** A cursor of the largest size that a cursor may have. */
const LARGEST_CURSOR = cursorAt(0, "x".repeat(32));

/** What a frame has of its notification. */
type Framed = Pick<Notification, "id" | "data" | "channel" | "from">;

/** The frame for a client of protocol 2 before SUMU ends its connection: JSON text of a DisconnectFrame. */
export function disconnectFrame(reason: string): string {
  return `{"type":"disconnect","reason":${JSON.stringify(reason)},"reconnect":false}`;
}

/**
 * Whether a client of protocol 2 can get the notification: API Gateway limits the size of a frame.
 *
 * @param isKept - Whether it is kept in history. Then its frame must also fit when it comes from history.
 */
export function envelopeFits({ id, data, channel, from }: Framed, isKept: boolean): boolean {
  const cursor = isKept ? LARGEST_CURSOR : undefined;
  const frame = notificationFrame({ id, data, channel, from, cursor, isRecovered: isKept });
  return Buffer.byteLength(frame) <= WEBSOCKET_PAYLOAD_BYTES;
}

/** A notification in each protocol. It is created and hashed once, and only for protocols that a client uses. */
export class Payloads {
  #bare: Payload | undefined;
  #envelope: Payload | undefined;
  #envelopeFits: boolean | undefined;
  /** The envelope with each cursor. An entry that no recipient has any more takes its envelope with it. */
  readonly #envelopes = new WeakMap<Entry, Payload>();

  constructor(
    private readonly notification: Framed,
    private readonly isKept = false,
  ) {}

  /** Whether the message in this protocol is small enough for API Gateway. */
  fit(protocol: number | undefined): boolean {
    if (protocol !== PROTOCOLS.envelopes) return this.of(protocol).bytes.length <= WEBSOCKET_PAYLOAD_BYTES;
    this.#envelopeFits ??= envelopeFits(this.notification, this.isKept);
    return this.#envelopeFits;
  }

  /** @param entry - The notification's entry in history, for protocol 2. */
  of(protocol: number | undefined, entry?: Entry): Payload {
    if (protocol !== PROTOCOLS.envelopes) {
      this.#bare ??= payload(this.notification.data);
      return this.#bare;
    }
    if (entry === undefined) {
      const { id, data, channel, from } = this.notification;
      this.#envelope ??= payload(notificationFrame({ id, data, channel, from }));
      return this.#envelope;
    }
    let envelope = this.#envelopes.get(entry);
    if (envelope === undefined) {
      const { id, data, channel, from } = this.notification;
      envelope = payload(notificationFrame({ id, cursor: entry.cursor, channel, from, data }));
      this.#envelopes.set(entry, envelope);
    }
    return envelope;
  }
}
