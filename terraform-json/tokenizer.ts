import { TerraformError } from "./value";

/** A piece of a template. `text` and `string` carry what was written between the marks, escapes resolved. */
export type Token =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "interpolation-start" | "interpolation-end" | "quote-open" | "quote-close" | "end" }
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "identifier"; readonly name: string }
  | { readonly kind: "operator"; readonly symbol: string };

const OPERATOR = /\.\.\.|=>|==|!=|<=|>=|&&|\|\||[-+*/%<>!?:.,()[\]{}=]/y;
const NUMBER = /\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const IDENTIFIER = /[\p{ID_Start}_][\p{ID_Continue}-]*/uy;
const SPACE = /\s+/y;
const ESCAPES: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", '"': '"', "\\": "\\" };

/** Where the scanner is: in a template's text, or in an expression, counting the braces still open in it. */
type Mode = { readonly kind: "template"; readonly quoted: boolean } | { readonly kind: "expression"; braces: number };

/**
 * Splits a string of Terraform JSON, which is a template, into tokens.
 *
 * @throws TerraformError for an unfinished interpolation or string, a template directive (`%{ … }`), a strip marker
 * (`~`) or a character that Terraform's expressions do not have.
 */
export function tokenize(source: string): Token[] {
  const tokens: Token[] = [];
  const modes: Mode[] = [{ kind: "template", quoted: false }];
  let offset = 0;

  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = offset;
    const found = pattern.exec(source)?.[0];
    if (found !== undefined) offset += found.length;
    return found;
  };

  const scanEscape = (): string => {
    const letter = source[offset + 1] ?? "";
    const simple = ESCAPES[letter];
    if (simple !== undefined) {
      offset += 2;
      return simple;
    }
    const digits = letter === "u" ? 4 : letter === "U" ? 8 : 0;
    const code = source.slice(offset + 2, offset + 2 + digits);
    const codePoint = digits > 0 && new RegExp(`^[0-9a-fA-F]{${digits}}$`).test(code) ? Number.parseInt(code, 16) : -1;
    if (codePoint < 0 || codePoint > 0x10ffff)
      throw new TerraformError(`"\\${letter}" is no escape of a quoted string`);
    offset += 2 + digits;
    return String.fromCodePoint(codePoint);
  };

  const scanTemplate = (quoted: boolean): void => {
    let text = "";
    const flush = (): void => {
      if (text !== "") tokens.push({ kind: "text", text });
    };
    while (offset < source.length) {
      if (source.startsWith("$${", offset) || source.startsWith("%%{", offset)) {
        text += source.slice(offset + 1, offset + 3);
        offset += 3;
      } else if (source.startsWith("${", offset)) {
        if (source[offset + 2] === "~") throw new TerraformError("the strip marker ~ is not supported");
        flush();
        tokens.push({ kind: "interpolation-start" });
        modes.push({ kind: "expression", braces: 0 });
        offset += 2;
        return;
      } else if (source.startsWith("%{", offset)) {
        throw new TerraformError("template directives (%{ … }) are not supported");
      } else if (quoted && source[offset] === '"') {
        flush();
        tokens.push({ kind: "quote-close" });
        modes.pop();
        offset += 1;
        return;
      } else if (quoted && source[offset] === "\\") {
        text += scanEscape();
      } else {
        text += source[offset];
        offset += 1;
      }
    }
    if (modes.length > 1) throw new TerraformError("a quoted string has no closing quote");
    flush();
    modes.pop();
  };

  const scanExpression = (mode: { braces: number }): void => {
    if (match(SPACE) !== undefined) return;
    if (source[offset] === '"') {
      tokens.push({ kind: "quote-open" });
      modes.push({ kind: "template", quoted: true });
      offset += 1;
      return;
    }
    const identifier = match(IDENTIFIER);
    if (identifier !== undefined) {
      tokens.push({ kind: "identifier", name: identifier });
      return;
    }
    const number = match(NUMBER);
    if (number !== undefined) {
      tokens.push({ kind: "number", value: Number(number) });
      return;
    }
    const symbol = match(OPERATOR);
    if (symbol === undefined) throw new TerraformError(`"${source[offset]}" has no place in an expression`);
    if (symbol === "{") mode.braces += 1;
    if (symbol === "}" && mode.braces === 0) {
      tokens.push({ kind: "interpolation-end" });
      modes.pop();
      return;
    }
    if (symbol === "}") mode.braces -= 1;
    tokens.push({ kind: "operator", symbol });
  };

  for (let mode = modes.at(-1); mode !== undefined; mode = modes.at(-1)) {
    if (mode.kind === "template") scanTemplate(mode.quoted);
    else if (offset < source.length) scanExpression(mode);
    else throw new TerraformError("an interpolation has no closing brace");
  }
  tokens.push({ kind: "end" });
  return tokens;
}
