import type { MessageAttribute } from "./sqs";

/**
 * Why a message is a dead letter, where an operator looks first. The attribute `reason` is a stable code, and the
 * attribute `detail` has more words if there are any.
 */
export function reasonAttributes(reason: string, detail?: string): Readonly<Record<string, MessageAttribute>> {
  return {
    reason: { DataType: "String", StringValue: reason },
    ...(detail !== undefined && { detail: { DataType: "String", StringValue: detail } }),
  };
}
