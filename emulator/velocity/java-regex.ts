import { TemplateError } from "./template-error";

const WHITESPACE = " \\t\\n\\x0B\\f\\r";

/**
 * Turns a Java regular expression of a template into the JavaScript expression with the same matches.
 *
 * @throws TemplateError for syntax that the two languages read differently (inline flags, possessive quantifiers, `\Q`,
 * `\p{…}`, nested classes).
 */
export function javaRegex(pattern: string): RegExp {
  const refuse = (what: string): never => {
    throw new TemplateError(`regular expression ${pattern}: ${what} is not supported here`);
  };
  let source = "";
  let inClass = false;
  for (let index = 0; index < pattern.length; index++) {
    const character = pattern.charAt(index);
    const next = pattern.charAt(index + 1);
    if (character === "\\") {
      index++;
      if (/[dDwtnrfs0-9uxkSW]/.test(next)) {
        if (next === "0") refuse("an octal escape");
        if (next === "S" && inClass) refuse("\\S inside a class");
        source += next === "s" ? (inClass ? WHITESPACE : `[${WHITESPACE}]`) : "";
        source += next === "S" ? `[^${WHITESPACE}]` : next === "s" ? "" : `\\${next}`;
      } else if (/[A-Za-z]/.test(next) || next === "") refuse(`\\${next}`);
      else source += /[\^$\\.*+?()[\]{}|/-]/.test(next) && (inClass || next !== "-") ? `\\${next}` : next;
    } else if (inClass) {
      if (character === "[") refuse("a class in a class");
      if (character === "&" && next === "&") refuse("a class intersection");
      if (character === "]") inClass = false;
      source += character;
    } else if (character === "[") {
      inClass = true;
      source += character;
    } else if (character === "(" && next === "?" && !/^\(\?(?:[:=!]|<[=!A-Za-z])/.test(pattern.slice(index))) {
      refuse("an inline flag or atomic group");
    } else if (/[*+?}]/.test(character) && next === "+") refuse("a possessive quantifier");
    // Java's $ also matches before a final line terminator.
    else source += character === "$" ? "(?=(?:\\r\\n|[\\n\\r\\u0085\\u2028\\u2029])?$)" : character;
  }
  try {
    return new RegExp(source, "gu");
  } catch {
    return refuse("this construct");
  }
}

/** Applies a replacement of Java's `replaceAll` (`$1`, `\$`) to the pattern's matches in a text. */
export function javaReplace(text: string, pattern: string, replacement: string, onlyFirst: boolean): string {
  const regex = javaRegex(pattern);
  const parts = replacementParts(replacement);
  const groups = (new RegExp(`${regex.source}|`, "u").exec("") ?? []).length - 1;
  if (parts.some((part) => typeof part === "number" && part > groups)) {
    throw new TemplateError(`replacement ${replacement}: ${pattern} has no such group`);
  }
  let replaced = false;
  return text.replace(regex, (...match: unknown[]) => {
    if (onlyFirst && replaced) return String(match[0]);
    replaced = true;
    return parts.map((part) => (typeof part === "number" ? String(match[part] ?? "") : part)).join("");
  });
}

function replacementParts(replacement: string): (string | number)[] {
  const parts: (string | number)[] = [];
  for (let index = 0; index < replacement.length; index++) {
    const character = replacement.charAt(index);
    if (character !== "\\" && character !== "$") {
      parts.push(character);
      continue;
    }
    const next = replacement.charAt(++index);
    if (character === "\\" && next !== "") parts.push(next);
    else if (/\d/.test(next)) parts.push(Number(next));
    else throw new TemplateError(`replacement ${replacement}: a lone ${character} fails in Java, write \\${character}`);
  }
  return parts;
}
