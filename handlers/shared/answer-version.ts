import { CONTRACT_VERSION, VERSION_QUESTION, type VersionAnswer } from "../../src/contract/version";
import { isJsonObject } from "./json-object";

/** A handler that says which contract version it speaks when it is asked, and else does its work. */
export function answerVersion<Event, Context, Result>(
  handler: (event: Event, context: Context) => Promise<Result>,
): (event: Event, context: Context) => Promise<Result | VersionAnswer> {
  return async (event, context) =>
    isVersionQuestion(event) ? { contract: CONTRACT_VERSION } : handler(event, context);
}

/** The question has one member and no other: an event with records is work, whatever else it has. */
function isVersionQuestion(event: unknown): boolean {
  return isJsonObject(event) && Object.keys(event).length === 1 && event.sumu === VERSION_QUESTION.sumu;
}
