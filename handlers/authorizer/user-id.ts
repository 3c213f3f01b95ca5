import { jsonMember } from "../shared/json-member";
import type { VerifiedToken } from "./verify-token";

/** DynamoDB's limit for a hash key, in bytes of UTF-8. */
export const MAX_USER_ID_BYTES = 2_048;

// SQS and SNS refuse some characters in a message attribute (lone surrogates, U+FFFE, U+FFFF, control characters). If a
// user id had them, every message of the user would fail.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
const UNSENDABLE = /[\p{Cc}\p{Cs}\uFFFE\uFFFF]/u;

const WHOLE_NUMBER = /^(?:0|[1-9][0-9]*)$/;

/**
 * The user that a token names in this claim. Undefined if the claim is missing, empty, too long, has control
 * characters, or is neither a string nor a whole number. A number keeps its digits as the issuer wrote them, so an id
 * beyond 2^53 is exact.
 */
export function userIdOf({ claims, json }: VerifiedToken, claim: string): string | undefined {
  const value = claims[claim];
  if (typeof value === "number") {
    const digits = jsonMember(json, claim);
    return digits !== undefined && WHOLE_NUMBER.test(digits) && isShort(digits) ? digits : undefined;
  }
  return typeof value === "string" && value !== "" && isShort(value) && !UNSENDABLE.test(value) ? value : undefined;
}

function isShort(userId: string): boolean {
  return Buffer.byteLength(userId) <= MAX_USER_ID_BYTES;
}
