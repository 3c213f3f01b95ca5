export type JsonObject = Readonly<Record<string, unknown>>;

/** The checked result of a Lambda authorizer. */
interface AuthorizerResult {
  readonly policyDocument: JsonObject;
  /** `$context.authorizer`: the principalId, if there is one, and the context with every value as text. */
  readonly authorizer: Readonly<Record<string, string>>;
}

/** API Gateway's largest authorizer result. */
const MAX_RESULT_BYTES = 8_192;

/** @throws Error that names the part which API Gateway would refuse with a 500. The error never holds a value. */
export function readAuthorizerResult(result: unknown): AuthorizerResult {
  if (!isObject(result)) throw new Error("the authorizer did not return an object");
  if (Buffer.byteLength(JSON.stringify(result)) > MAX_RESULT_BYTES) {
    throw new Error(`the authorizer's result is larger than ${MAX_RESULT_BYTES} bytes`);
  }
  const { principalId, policyDocument, context } = result;
  if (!isObject(policyDocument)) throw new Error("the authorizer returned no policyDocument");
  const authorizer: Record<string, string> = {};
  if (principalId !== undefined && principalId !== null) {
    if (typeof principalId !== "string" && typeof principalId !== "number") {
      throw new Error("the authorizer's principalId must be text");
    }
    authorizer.principalId = String(principalId);
  }
  if (context !== undefined && context !== null && !isObject(context)) {
    throw new Error("the authorizer's context must be an object");
  }
  for (const [key, value] of Object.entries(context ?? {})) {
    if (value === null || key === "principalId") continue;
    if (typeof value === "object")
      throw new Error(`the authorizer's context.${key} must be text, a number or a boolean`);
    authorizer[key] = String(value);
  }
  return { policyDocument, authorizer };
}

const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);
