/** Names of errors that come and go, although AWS calls them the sender's fault. */
const THROTTLED = /throttl|toomanyrequests|requestlimitexceeded|limitexceeded|slowdown|overlimit/i;

/** Errors of this machine that no second try can fix. */
const NEVER = ["CredentialsProviderError", "TokenProviderError", "ParamValidationError", "SerializationException"];

/** Why a call has failed. */
export interface Failure {
  /** The error's name or AWS's code. */
  readonly code: string;
  /** Whether the same call may succeed later. */
  readonly mayPass: boolean;
}

/** Reads an error of an AWS SDK client. */
export function failureOf(error: unknown): Failure {
  const {
    name = "Error",
    code,
    $fault,
    $metadata,
  } = (error ?? {}) as {
    name?: string;
    code?: unknown;
    $fault?: string;
    $metadata?: { httpStatusCode?: number };
  };
  const isThrottled = THROTTLED.test(name) || $metadata?.httpStatusCode === 429;
  // Node.js calls all errors of the network `Error` or `AggregateError`, and says which by a code such as ENOTFOUND.
  const isOfSystem = typeof code === "string" && /^E[A-Z_]+$/.test(code);
  return { code: isOfSystem ? code : name, mayPass: isThrottled || ($fault !== "client" && !NEVER.includes(name)) };
}
