import type { MessageAttribute } from "./sqs";

/**
 * Why a message is a dead letter, where an operator looks for it: its attribute `reason`, a stable code, and in words its
 * attribute `detail`, where there is more to say.
 */
export function reasonAttributes(reason: string, detail?: string): Readonly<Record<string, MessageAttribute>> {
  return {
    reason: { DataType: "String", StringValue: reason },
    ...(detail !== undefined && { detail: { DataType: "String", StringValue: detail } }),
  };
}
