import { InvalidInputError } from "./errors";

/** Characters that JSON allows and SQS refuses. Their escapes mean the same. */
const REFUSED_BY_SQS = /[\ufffe\uffff]/g;

/**
 * The JSON text of a value, in characters that SQS takes.
 *
 * @throws InvalidInputError when the value has no JSON text. `JSON.stringify` would drop undefined, and write NaN as null
 */
export function jsonText(value: unknown, name = "data"): string {
  let wrongType: string | undefined;
  let text: string | undefined;
  try {
    text = JSON.stringify(value, (_, member: unknown) => {
      if (typeof member === "number" && !Number.isFinite(member)) throw new RangeError("not finite");
      if (typeof member === "bigint") wrongType = "bigint";
      return member;
    });
    if (text === undefined) wrongType = typeof value;
  } catch {
    text = undefined;
  }
  if (text === undefined) {
    const what = wrongType === undefined ? "use" : `it has a value of type ${wrongType}. Use`;
    throw new InvalidInputError(
      "data_not_json",
      `${name} is not JSON: ${what} objects, lists, text, finite numbers, true, false and null`,
    );
  }
  return text.replace(REFUSED_BY_SQS, (character) => `\\u${character.charCodeAt(0).toString(16)}`);
}

/** The size of a text in UTF-8. */
export const byteLength = (text: string): number => Buffer.byteLength(text);
