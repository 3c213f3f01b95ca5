/** What a reader typed: JSON becomes its value; any other text stays text. */
export function readData(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
