import { ConditionalCheckFailedError } from "./aws-error";

/**
 * Whether a write with a condition took effect: false if the row does not meet the condition.
 *
 * @throws every other error of the write
 */
export async function tookEffect(write: Promise<unknown>): Promise<boolean> {
  try {
    await write;
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedError) return false;
    throw error;
  }
}
