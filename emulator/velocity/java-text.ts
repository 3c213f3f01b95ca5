/**
 * commons-lang's StringEscapeUtils.escapeJavaScript, which `$util.escapeJavaScript` is: `'` to `\'`, `"` to `\"`,
 * `/` to `\/`, control characters and everything beyond ASCII to `\uXXXX` (two of them for an emoji).
 * The result is not JSON when it holds `\'`: AWS advises `.replaceAll("\\'", "'")` after it.
 */
export function escapeJavaScript(text: string): string {
  return text.replace(/['"\\/]|[^\x20-\x7f]/g, (character) => ESCAPES[character] ?? unicodeEscapes(character));
}

const ESCAPES: Readonly<Record<string, string>> = {
  "'": "\\'",
  '"': '\\"',
  "\\": "\\\\",
  "/": "\\/",
  "\b": "\\b",
  "\n": "\\n",
  "\t": "\\t",
  "\f": "\\f",
  "\r": "\\r",
};

const unicodeEscapes = (codeUnit: string): string =>
  `\\u${codeUnit.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}`;

/** Java's URLEncoder in UTF-8: a space becomes `+`; letters, digits and `.-*_` stay. A lone surrogate becomes `?`. */
export function urlEncode(text: string): string {
  return encodeURIComponent(text.replace(/\p{Surrogate}/gu, "?"))
    .replace(/%20/g, "+")
    .replace(/[!'()~]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

/**
 * Java's URLDecoder in UTF-8: `+` becomes a space.
 *
 * @throws URIError for a malformed escape, as Java does.
 */
export function urlDecode(text: string): string {
  return decodeURIComponent(text.replace(/\+/g, " "));
}
