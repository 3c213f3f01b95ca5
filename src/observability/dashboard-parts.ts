import type { HandlerName } from "../contract/handlers";
import { DEAD_LETTERS, handlerRows, type StackPart } from "./handler-rows";

/** Which optional parts exist. The dashboard leaves out the lines of the others. */
export type DashboardParts = Readonly<Record<StackPart, boolean>>;

export function dlqs(parts: DashboardParts): typeof DEAD_LETTERS {
  return DEAD_LETTERS.filter(({ part }) => part === undefined || parts[part]);
}

export function existingRows(parts: DashboardParts): ReturnType<typeof handlerRows> {
  return handlerRows().filter(({ part }) => part === undefined || parts[part]);
}

export function functions(parts: DashboardParts): readonly HandlerName[] {
  return existingRows(parts).map(({ handler }) => handler);
}
