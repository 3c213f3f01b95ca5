import type { Command } from "../command";
import { connect } from "./connect";
import { listLetters, redriveLetters, showLetters } from "./dead-letters";
import { doctor } from "./doctor";
import { probe } from "./probe";
import { disconnect, notify } from "./send";
import { tail } from "./tail";
import { token } from "./token";
import { who } from "./who";
import { why } from "./why";

/** All commands, by name. */
export const COMMANDS: Readonly<Record<string, Command>> = {
  doctor,
  why,
  token,
  tail,
  who,
  "dead-letters list": listLetters,
  "dead-letters show": showLetters,
  "dead-letters redrive": redriveLetters,
  probe,
  connect,
  notify,
  disconnect,
};
