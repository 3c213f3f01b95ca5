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
    $fault,
    $metadata,
  } = (error ?? {}) as {
    name?: string;
    $fault?: string;
    $metadata?: { httpStatusCode?: number };
  };
  const isThrottled = THROTTLED.test(name) || $metadata?.httpStatusCode === 429;
  return { code: name, mayPass: isThrottled || ($fault !== "client" && !NEVER.includes(name)) };
}
