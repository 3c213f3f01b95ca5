import { parseJson } from "./parse-json";
import type { Value } from "./values";

/** A request's or a response's text, which may be JSON. It is parsed once, by the first who asks. */
export class Body {
  #json: { readonly value: Value | undefined } | undefined;

  constructor(readonly text: string) {}

  /** Undefined: the text is not JSON. */
  get json(): Value | undefined {
    this.#json ??= { value: parsed(this.text) };
    return this.#json.value;
  }
}

function parsed(text: string): Value | undefined {
  try {
    return parseJson(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
