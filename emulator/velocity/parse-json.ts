import { Decimal, JsonMap, List, type Value } from "./values";

const STRINGS_AND_NUMBERS = /"(?:[^"\\]|\\.)*"?|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/**
 * Parses JSON text into the values of a template and keeps every digit: `12345678901234567890` and `1.50` stay as they
 * were sent.
 *
 * @throws SyntaxError when the text is not JSON; the error does not hold the text.
 */
export function parseJson(text: string): Value {
  // Numbers become tagged strings, since JSON.parse rounds them and Node 20 has no source text access. The tag on
  // every string also keeps `__proto__` an ordinary key.
  const tagged = text.replace(STRINGS_AND_NUMBERS, (token) => {
    if (!token.startsWith('"')) return `"n${token}"`;
    if (token.length === 1 || !token.endsWith('"')) throw new SyntaxError("not JSON");
    return `"s${token.slice(1)}`;
  });
  return untag(parsed(tagged));
}

function parsed(tagged: string): unknown {
  try {
    return JSON.parse(tagged);
  } catch {
    throw new SyntaxError("not JSON");
  }
}

type Put = (value: Value) => void;

/** Works without recursion, because a frame of 128 KB can nest 60,000 lists. */
function untag(root: unknown): Value {
  let result: Value = null;
  const waiting: [tagged: unknown, put: Put][] = [
    [
      root,
      (value) => {
        result = value;
      },
    ],
  ];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [tagged, put] = next;
    if (Array.isArray(tagged)) {
      const items: Value[] = tagged.map(() => null);
      put(new List(items, true));
      for (const [index, item] of tagged.entries()) waiting.push([item, (value) => (items[index] = value)]);
    } else if (typeof tagged === "object" && tagged !== null) {
      const entries = new Map<string, Value>();
      put(new JsonMap(entries));
      for (const [key, item] of Object.entries(tagged)) {
        const name = keyOf(key);
        // Sets the key now, so that keys keep the order of the source; the value may follow later.
        entries.set(name, null);
        waiting.push([item, (value) => entries.set(name, value)]);
      }
    } else put(scalar(tagged as string | boolean | null));
  }
  return result;
}

function scalar(tagged: string | boolean | null): Value {
  if (typeof tagged !== "string") return tagged;
  const text = tagged.slice(1);
  if (tagged.startsWith("s")) return text;
  return /^-?\d+$/.test(text) && text !== "-0" ? BigInt(text) : new Decimal(text);
}

/** The tags turn `{1: 2}` into an object that JSON.parse accepts. */
function keyOf(tagged: string): string {
  if (!tagged.startsWith("s")) throw new SyntaxError("not JSON");
  return tagged.slice(1);
}
