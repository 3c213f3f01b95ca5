import type { Duplex } from "node:stream";

const MAX_HEADER_BYTES = 14;

/**
 * Finds a frame from a client that is larger than API Gateway accepts. (ws limits whole messages only.) Call it before
 * any data arrives. `onTooLarge` runs once, before ws gets the frame's bytes.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6455#section-5.2
 */
export function guardFrames(socket: Duplex, maxFrameBytes: number, onTooLarge: () => void): void {
  const header = new Uint8Array(MAX_HEADER_BYTES);
  let headerBytes = 0;
  let payloadBytesLeft = 0;

  const onData = (chunk: Buffer): void => {
    let index = 0;
    while (index < chunk.length) {
      if (payloadBytesLeft > 0) {
        const skipped = Math.min(payloadBytesLeft, chunk.length - index);
        payloadBytesLeft -= skipped;
        index += skipped;
        continue;
      }
      header[headerBytes++] = chunk[index++] ?? 0;
      if (headerBytes < headerLength(header, headerBytes)) continue;
      headerBytes = 0;
      payloadBytesLeft = payloadLength(header);
      if (payloadBytesLeft > maxFrameBytes) {
        socket.removeListener("data", onData);
        onTooLarge();
        return;
      }
    }
  };
  socket.prependListener("data", onData);
}

const lengthCode = (header: Uint8Array): number => (header[1] ?? 0) & 0x7f;

const LENGTH_BYTES: Readonly<Record<number, number>> = { 126: 2, 127: 8 };

function headerLength(header: Uint8Array, known: number): number {
  if (known < 2) return 2;
  const isMasked = ((header[1] ?? 0) & 0x80) !== 0;
  return 2 + (LENGTH_BYTES[lengthCode(header)] ?? 0) + (isMasked ? 4 : 0);
}

function payloadLength(header: Uint8Array): number {
  const bytes = LENGTH_BYTES[lengthCode(header)];
  if (bytes === undefined) return lengthCode(header);
  return header.subarray(2, 2 + bytes).reduce((length, byte) => length * 256 + byte, 0);
}
