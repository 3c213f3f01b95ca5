/** A frame's value. Undefined if the text is not JSON. */
export function parseFrame(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
