import { Decimal, JsonMap, List, type Value } from "./values";

const STRINGS_AND_NUMBERS = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/**
 * JSON text to the values of a template, every digit kept: `12345678901234567890` and `1.50` arrive as they were sent.
 *
 * @throws SyntaxError without the text itself when it is not JSON.
 */
export function parseJson(text: string): Value {
  try {
    JSON.parse(text);
  } catch {
    throw new SyntaxError("not JSON");
  }
  // Numbers become tagged strings, since JSON.parse rounds them and Node 20 has no source text access. The tag on
  // every string also keeps `__proto__` an ordinary key.
  const tagged = text.replace(STRINGS_AND_NUMBERS, (token) =>
    token.startsWith('"') ? `"s${token.slice(1)}` : `"n${token}"`,
  );
  return untag(JSON.parse(tagged));
}

function untag(tagged: unknown): Value {
  if (typeof tagged === "string") {
    const text = tagged.slice(1);
    if (tagged.startsWith("s")) return text;
    return /^-?\d+$/.test(text) && text !== "-0" ? BigInt(text) : new Decimal(text);
  }
  if (Array.isArray(tagged)) return new List(tagged.map(untag), true);
  if (typeof tagged === "object" && tagged !== null) {
    return new JsonMap(new Map(Object.entries(tagged).map(([key, item]) => [key.slice(1), untag(item)])));
  }
  return tagged as boolean | null;
}
