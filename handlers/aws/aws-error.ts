/**
 * A service refused, or could not be reached. It has the data that AWS support asks for, and no part of the request.
 * AWS's own message is left out, because it may quote a value.
 */
export class AwsError extends Error {
  override readonly name: string = "AwsError";

  /** @param code - The service's own code (`ThrottlingException`), or {@link HttpFailure} if there was no answer. */
  constructor(
    readonly service: string,
    readonly operation: string,
    readonly code: string,
    /** Absent when there was no answer. */
    readonly statusCode?: number,
    readonly requestId?: string,
    cause?: Error,
  ) {
    super(`${service} ${operation} failed: ${code}`, { cause });
  }
}

/** A write's condition was false: DynamoDB has changed nothing. */
export class ConditionalCheckFailedError extends AwsError {
  override readonly name = "ConditionalCheckFailedError";
}
