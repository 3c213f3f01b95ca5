/**
 * The JSON text of an object's member, exactly as the sender wrote it. The text is not rewritten, because a number
 * beyond 2^53 would lose digits in JavaScript.
 *
 * @param json - An object's JSON text, already found valid by `JSON.parse`.
 * @returns The text of the last member of this name, which `JSON.parse` would use, too. Undefined if there is none.
 */
export function jsonMember(json: string, name: string): string | undefined {
  let found: string | undefined;
  let at = json.indexOf("{") + 1;
  for (;;) {
    at = skipBlanks(json, at);
    if (json[at] === ",") at = skipBlanks(json, at + 1);
    if (json[at] !== '"') return found;
    const keyEnd = stringEnd(json, at);
    const key: unknown = JSON.parse(json.slice(at, keyEnd));
    const start = skipBlanks(json, skipBlanks(json, keyEnd) + 1);
    const end = valueEnd(json, start);
    if (key === name) found = json.slice(start, end);
    at = end;
  }
}

const BLANK = /[^ \t\n\r]/g;

function skipBlanks(json: string, from: number): number {
  BLANK.lastIndex = from;
  return BLANK.exec(json)?.index ?? json.length;
}

/** The index after the string that begins at `from`. */
function stringEnd(json: string, from: number): number {
  for (let end = json.indexOf('"', from + 1); ; end = json.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (json[end - 1 - backslashes] === "\\") backslashes++;
    if (backslashes % 2 === 0) return end + 1;
  }
}

const STRUCTURE = /["{}[\]]/g;
const SCALAR_END = /[,}\] \t\n\r]|$/g;

/** The index after the value that begins at `from`. */
function valueEnd(json: string, from: number): number {
  const first = json[from];
  if (first === '"') return stringEnd(json, from);
  if (first !== "{" && first !== "[") {
    SCALAR_END.lastIndex = from;
    return SCALAR_END.exec(json)?.index ?? json.length;
  }
  let depth = 0;
  STRUCTURE.lastIndex = from;
  for (;;) {
    const match = STRUCTURE.exec(json);
    if (match === null) return json.length;
    if (match[0] === '"') STRUCTURE.lastIndex = stringEnd(json, match.index);
    else if (match[0] === "{" || match[0] === "[") depth++;
    else if (--depth === 0) return match.index + 1;
  }
}
