import { parseJson } from "./parse-json";
import type { Value } from "./values";

/** The text of a request or response, which may be JSON. The first use parses it, once. */
export class Body {
  #json: { readonly value: Value | undefined } | undefined;

  constructor(readonly text: string) {}

  /** Undefined when the text is not JSON. */
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
