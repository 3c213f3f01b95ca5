import { escapeJavaScript, urlDecode, urlEncode } from "./java-text";
import { readPath } from "./json-path";
import { parseJson } from "./parse-json";
import { TemplateError } from "./template-error";
import { JsonMap, jsonOf, toValue, type Value } from "./values";

/** What a mapping template reads. */
export interface TemplateInput {
  /** The request's or integration response's body; empty on `$connect`. */
  readonly body: string;
  /** `$context`: the names that AWS documents for WebSocket APIs; what is absent is null. */
  readonly context: Readonly<Record<string, unknown>>;
  readonly stageVariables?: Readonly<Record<string, string>>;
  /** `$input.params()`. Headers and query strings exist on `$connect` only. */
  readonly params?: Readonly<Partial<Record<"path" | "querystring" | "header", Readonly<Record<string, string>>>>>;
  /**
   * How a reference without a value prints. Velocity prints its source, `$foo`; LocalStack's tests against AWS saw
   * nothing. A template should come out the same under either.
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
  #body: { readonly value: Value } | undefined;

  constructor(input: TemplateInput) {
    this.#input = input;
    this.#context = toValue(input.context);
    this.#stageVariables = toValue(input.stageVariables ?? {});
  }

  /** `$context`, by documented name only: a name that AWS does not know renders as nothing there, so it is a mistake. */
  context(names: readonly string[]): Value {
    const [first = "", second] = names;
    const known = CONTEXT[first];
    if (known === undefined || (Array.isArray(known) && second !== undefined && !known.includes(second))) {
      throw new TemplateError(
        `$context.${names.join(".")} is not documented for mapping templates of WebSocket APIs` +
          " (apigateway-websocket-api-mapping-template-reference)",
      );
    }
    return member(this.#context, names);
  }

  stageVariables(names: readonly string[]): Value {
    return member(this.#stageVariables, names);
  }

  /** `$input.body`. AWS gives `{}` for an empty one. */
  get body(): string {
    return this.#input.body === "" ? "{}" : this.#input.body;
  }

  callInput(name: string, args: readonly Value[]): Value {
    const [path] = args;
    if (name === "params" && args.length <= 1) return this.#params(path);
    if ((name === "path" || name === "json") && args.length === 1 && typeof path === "string") {
      const value = readPath(this.#parsedBody(), path);
      // AWS has `""` for a path that leads nowhere, and so has null: the quotes are part of the result.
      return name === "path" ? value : value === null ? '""' : jsonOf(value);
    }
    throw new TemplateError(
      `$input.${name}(): documented are $input.body, .json(path), .path(path), .params() and .params(name)`,
    );
  }

  #parsedBody(): Value {
    if (this.#body) return this.#body.value;
    try {
      this.#body = { value: this.#input.body === "" ? null : parseJson(this.#input.body) };
    } catch {
      throw new TemplateError("$input.json and $input.path need a JSON body, and this one is not JSON");
    }
    return this.#body.value;
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

function member(root: Value, names: readonly string[]): Value {
  return names.reduce<Value>(
    (value, name) => (value instanceof JsonMap ? (value.entries.get(name) ?? null) : null),
    root,
  );
}

const IDENTITY = [
  "accountId",
  "apiKey",
  "apiKeyId",
  "caller",
  "cognitoAuthenticationProvider",
  "cognitoAuthenticationType",
  "cognitoIdentityId",
  "cognitoIdentityPoolId",
  "sourceIp",
  "user",
  "userAgent",
  "userArn",
];

/** Documented `$context` names: true for a value or free keys, a list where the keys are documented too. */
const CONTEXT: Readonly<Record<string, true | readonly string[]>> = {
  apiId: true,
  authorizer: true,
  connectedAt: true,
  connectionId: true,
  domainName: true,
  error: ["messageString", "validationErrorString"],
  eventType: true,
  extendedRequestId: true,
  identity: IDENTITY,
  messageId: true,
  requestId: true,
  requestTime: true,
  requestTimeEpoch: true,
  routeKey: true,
  stage: true,
  status: true,
};

/** `$util`, as AWS documents it. @throws TemplateError */
export function callUtil(name: string, args: readonly Value[]): Value {
  const method = UTIL[name];
  const [text] = args;
  if (!method || args.length !== 1) {
    throw new TemplateError(
      `$util.${name}() with ${args.length} argument(s): documented are ${Object.keys(UTIL).join(", ")}`,
    );
  }
  // Java's methods take a String: whether API Gateway converts is not documented, so the template has to.
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
