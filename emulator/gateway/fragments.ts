import type { WebSocket } from "ws";

/** API Gateway was seen to split texts of this size and more into several frames. */
const FIRST_CUT_BYTES = 900;
const FIRST_BYTES = 4_096;
const SMALL_FIRST_BYTES = 190;
const NEXT_BYTES = 8_192;

/**
 * Sends one text message in fragments, as API Gateway does. The sizes follow no rule on AWS, so a client must join the
 * fragments. Resolves when the last fragment has gone to the kernel, or when it can no longer be sent.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6455#section-5.4
 */
export function sendText(socket: WebSocket, text: Buffer): Promise<void> {
  const pieces = fragments(text);
  return new Promise((resolve) => {
    pieces.forEach((piece, index) => {
      const isLast = index === pieces.length - 1;
      socket.send(piece, { binary: false, fin: isLast }, () => {
        if (isLast) resolve();
      });
    });
  });
}

function fragments(text: Buffer): Buffer[] {
  if (text.length < FIRST_CUT_BYTES) return [text];
  const first = text.length > FIRST_BYTES ? FIRST_BYTES : SMALL_FIRST_BYTES;
  const pieces = [text.subarray(0, first)];
  for (let from = first; from < text.length; from += NEXT_BYTES) pieces.push(text.subarray(from, from + NEXT_BYTES));
  return pieces;
}
