import { Body } from "./body";
import { isDocumented } from "./context-variables";
import { escapeJavaScript, urlDecode, urlEncode } from "./java-text";
import { readPath } from "./json-path";
import { parseJson } from "./parse-json";
import { TemplateError } from "./template-error";
import { jsonOf, memberAt, toValue, type Value } from "./values";

/** The data that a mapping template reads. */
export interface TemplateInput {
  /** The request's or integration response's body; empty on `$connect`. */
  readonly body: Body | string;
  /** `$context`: the names that AWS documents for WebSocket APIs. An absent name is null. */
  readonly context: Readonly<Record<string, unknown>>;
  readonly stageVariables?: Readonly<Record<string, string>>;
  /** `$input.params()`. Headers and query strings exist on `$connect` only. */
  readonly params?: Readonly<Partial<Record<"path" | "querystring" | "header", Readonly<Record<string, string>>>>>;
  /**
   * How a reference without a value prints. Velocity prints the reference's source, `$foo`; LocalStack's tests against
   * AWS saw nothing. A template should give the same result under both.
   *
   * @default "source"
   */
  readonly nullReference?: "source" | "empty";
}

/** The roots `$input`, `$util`, `$context` and `$stageVariables` for one rendering. */
export class Environment {
  readonly #input: TemplateInput;
  readonly #context: Value;
  readonly #stageVariables: Value;
  readonly #body: Body;

  constructor(input: TemplateInput) {
    this.#input = input;
    this.#body = typeof input.body === "string" ? new Body(input.body) : input.body;
    this.#context = toValue(input.context);
    this.#stageVariables = toValue(input.stageVariables ?? {});
  }

  /** `$context`, by documented name only. AWS renders an unknown name as nothing, so an unknown name is a mistake. */
  context(names: readonly string[]): Value {
    if (!isDocumented(names)) {
      throw new TemplateError(
        `$context.${names.join(".")} is not documented for mapping templates of WebSocket APIs` +
          " (apigateway-websocket-api-mapping-template-reference)",
      );
    }
    return memberAt(this.#context, names);
  }

  stageVariables(names: readonly string[]): Value {
    return memberAt(this.#stageVariables, names);
  }

  /** `$input.body`. AWS gives `{}` for an empty body. */
  get body(): string {
    return this.#body.text === "" ? "{}" : this.#body.text;
  }

  callInput(name: string, args: readonly Value[]): Value {
    const [path] = args;
    if (name === "params" && args.length <= 1) return this.#params(path);
    if ((name === "path" || name === "json") && args.length === 1 && typeof path === "string") {
      const value = readPath(this.#parsedBody(), path);
      // On AWS, a path without a value gives `""`, and so does null: the quotes are part of the result.
      return name === "path" ? value : value === null ? '""' : jsonOf(value);
    }
    throw new TemplateError(
      `$input.${name}(): documented are $input.body, .json(path), .path(path), .params() and .params(name)`,
    );
  }

  #parsedBody(): Value {
    if (this.#body.text === "") return null;
    const { json } = this.#body;
    if (json === undefined) {
      throw new TemplateError("$input.json and $input.path need a JSON body, and this one is not JSON");
    }
    return json;
  }

  #params(name: Value | undefined): Value {
    const { path = {}, querystring = {}, header = {} } = this.#input.params ?? {};
    if (name === undefined) return toValue({ path, querystring, header });
    for (const source of [path, querystring, header]) {
      const found = Object.entries(source).find(([key]) => key === name);
      if (found) return found[1];
    }
    return "";
  }
}

/** `$util`, as AWS documents it. @throws TemplateError */
export function callUtil(name: string, args: readonly Value[]): Value {
  const method = UTIL[name];
  const [text] = args;
  if (!method || args.length !== 1) {
    throw new TemplateError(
      `$util.${name}() with ${args.length} argument(s): documented are ${Object.keys(UTIL).join(", ")}`,
    );
  }
  // Java's methods take a String. AWS does not document whether API Gateway converts, so the template must convert.
  if (typeof text !== "string") {
    throw new TemplateError(`$util.${name}() takes a string, not ${text === null ? "null" : "another type"}: quote it`);
  }
  return method(text);
}

const UTIL: Readonly<Record<string, (text: string) => Value>> = {
  escapeJavaScript,
  parseJson: (text) => {
    try {
      return parseJson(text);
    } catch {
      throw new TemplateError("$util.parseJson: the text is not JSON");
    }
  },
  urlEncode,
  urlDecode: (text) => {
    try {
      return urlDecode(text);
    } catch {
      throw new TemplateError("$util.urlDecode: the text has a malformed escape");
    }
  },
  base64Encode: (text) => Buffer.from(text, "utf8").toString("base64"),
  base64Decode: (text) => Buffer.from(text, "base64").toString("utf8"),
};
