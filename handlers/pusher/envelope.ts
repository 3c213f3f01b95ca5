import { WEBSOCKET_PAYLOAD_BYTES } from "../../src/contract/limits";
import { PROTOCOLS } from "../../src/contract/tables";
import { type Payload, payload } from "../aws/connections-api";
import { notificationFrame } from "../shared/notification-frame";
import type { Notification } from "./notification";

/** The frame for a client of protocol 2 before SUMU ends its connection: JSON text of a DisconnectFrame. */
export function disconnectFrame(reason: string): string {
  return `{"type":"disconnect","reason":${JSON.stringify(reason)},"reconnect":false}`;
}

/** A notification in each protocol. It is created and hashed once, and only for protocols that a client uses. */
export class Payloads {
  #bare: Payload | undefined;
  #envelope: Payload | undefined;

  constructor(private readonly notification: Pick<Notification, "id" | "data">) {}

  /** Whether the message in this protocol is small enough for API Gateway. */
  fit(protocol: number | undefined): boolean {
    return this.of(protocol).bytes.length <= WEBSOCKET_PAYLOAD_BYTES;
  }

  of(protocol: number | undefined): Payload {
    if (protocol !== PROTOCOLS.envelopes) {
      this.#bare ??= payload(this.notification.data);
      return this.#bare;
    }
    this.#envelope ??= payload(notificationFrame(this.notification));
    return this.#envelope;
  }
}
