import { CHECKS } from "../checks/checks";
import type { Command } from "../command";
import { examine, resultText } from "../doctor";
import { ToolError } from "../tool-error";

export const doctor: Command = {
  usage: "doctor [check …]",
  summary: "checks the whole stack, and says what is wrong and what to do; exit code 1 if something is wrong",
  writes: false,
  words: [0, CHECKS.length],
  run: async ({ stack, words, print }) => {
    const unheard = words.find((word) => !CHECKS.some(({ id }) => id === word));
    if (unheard !== undefined) {
      throw new ToolError(`there is no check "${unheard}": the checks are ${CHECKS.map(({ id }) => id).join(", ")}`);
    }
    const checks = words.length === 0 ? CHECKS : CHECKS.filter(({ id }) => words.includes(id));
    let faults = 0;
    for await (const result of examine(stack, checks)) {
      if (result.status === "wrong" || result.status === "unknown") faults++;
      print(result, resultText(result));
    }
    return faults === 0 ? undefined : 1;
  },
};
