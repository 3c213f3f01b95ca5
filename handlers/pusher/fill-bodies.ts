import { QUEUE_MESSAGE_BYTES } from "../../src/contract/limits";

/** Attributes count as part of a message. This leaves room for a continuation's mark and a dead letter's reason. */
const ATTRIBUTE_BYTES = 256;

/**
 * Puts as many items as possible between head and tail of each body, separated by commas.
 *
 * @param tail - If it depends on the items in the body, the tail grows by this many bytes for each item.
 * @throws RangeError There is no room for an item.
 */
export function fill(
  head: string,
  items: readonly string[],
  tail: string | ((from: number, to: number) => string),
  tailBytesPerItem = 0,
): string[] {
  const tailOf = typeof tail === "string" ? () => tail : tail;
  const room = QUEUE_MESSAGE_BYTES - ATTRIBUTE_BYTES - Buffer.byteLength(head) - Buffer.byteLength(tailOf(0, 0));
  const bodies: string[] = [];
  let from = 0;
  let bytes = 0;
  const flush = (to: number) => {
    if (to > from) bodies.push(`${head}${items.slice(from, to).join(",")}${tailOf(from, to)}`);
    from = to;
    bytes = 0;
  };
  for (const [index, item] of items.entries()) {
    const size = Buffer.byteLength(item) + 1 + tailBytesPerItem;
    if (size > room) throw new RangeError("the notification leaves no room in a message for what is left of it");
    if (bytes + size > room) flush(index);
    bytes += size;
  }
  flush(items.length);
  return bodies;
}
