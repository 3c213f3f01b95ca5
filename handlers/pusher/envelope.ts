import { WEBSOCKET_PAYLOAD_BYTES } from "../../src/contract/limits";
import { PROTOCOLS } from "../../src/contract/tables";
import { sha256Hex } from "../aws/signature";
import type { Payload } from "./courier";
import type { Notification } from "./notification";

/** What a client of protocol 2 gets: JSON text of a NotificationFrame. The data is letter for letter as the sender wrote it. */
export function envelope({ id, data }: Pick<Notification, "id" | "data">): string {
  return `{"type":"notification","id":${JSON.stringify(id)},"data":${data}}`;
}

/** What a client of protocol 2 gets before SUMU ends its connection: JSON text of a DisconnectFrame. */
export function disconnectFrame(reason: string): string {
  return `{"type":"disconnect","reason":${JSON.stringify(reason)},"reconnect":false}`;
}

/** A notification as each protocol has it, made and hashed once, and only for protocols that somebody speaks. */
export class Payloads {
  #bare: Payload | undefined;
  #envelope: Payload | undefined;

  constructor(private readonly notification: Pick<Notification, "id" | "data">) {}

  /** Whether API Gateway takes it as the protocol has it. */
  fit(protocol: number | undefined): boolean {
    return this.of(protocol).bytes.length <= WEBSOCKET_PAYLOAD_BYTES;
  }

  of(protocol: number | undefined): Payload {
    if (protocol !== PROTOCOLS.envelopes) {
      this.#bare ??= payload(this.notification.data);
      return this.#bare;
    }
    this.#envelope ??= payload(envelope(this.notification));
    return this.#envelope;
  }
}

/** A message for connections. */
export function payload(text: string): Payload {
  const bytes = Buffer.from(text);
  return { bytes, hash: sha256Hex(bytes) };
}
