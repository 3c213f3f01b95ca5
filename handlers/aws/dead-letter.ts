import type { MessageAttribute } from "./sqs";

/** Why a message is a dead letter, where an operator looks for it: its attribute `reason`. */
export function reasonAttribute(reason: string): Readonly<Record<string, MessageAttribute>> {
  return { reason: { DataType: "String", StringValue: reason } };
}
