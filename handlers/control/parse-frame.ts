import { CONTROL_ID_CHARACTERS } from "../../src/contract/control";
import { isJsonObject } from "../shared/json-object";
import { RefusedError } from "./refusal";

/** A client's control frame: its id and its members. */
export interface ControlFrame {
  readonly id: string;
  readonly members: Readonly<Record<string, unknown>>;
}

/**
 * The id of a frame, for the refusal of a frame that is wrong otherwise. Undefined if the frame has no valid id.
 */
export function frameId(body: string): string | undefined {
  try {
    return parseFrame(body).id;
  } catch {
    return undefined;
  }
}

/** @throws {@link RefusedError} `malformed` */
export function parseFrame(body: string): ControlFrame {
  const members = parseObject(body);
  const { id } = members;
  if (typeof id !== "string" || id === "" || [...id].length > CONTROL_ID_CHARACTERS) {
    throw new RefusedError("malformed", `\`id\` is not a string of 1 to ${CONTROL_ID_CHARACTERS} characters`);
  }
  return { id, members };
}

function parseObject(body: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(body);
    if (isJsonObject(value)) return value;
  } catch {
    // Answered below. A parser's error quotes the text.
  }
  throw new RefusedError("malformed", "the frame is not a JSON object");
}
