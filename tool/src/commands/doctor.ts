import { CHECKS } from "../checks/checks";
import type { Command } from "../command";
import { examine, type Result, resultText, summaryText } from "../doctor";
import { ToolError } from "../tool-error";

export const doctor: Command = {
  usage: "doctor [check …]",
  summary: "checks the whole stack: what is wrong, and what to do",
  writes: false,
  words: [0, CHECKS.length],
  notes: [
    "The exit code is 1 if something is wrong. docs/doctor.md explains each check.",
    `The checks are ${CHECKS.map(({ id }) => id).join(", ")}.`,
  ],
  run: async ({ stack, words, print, progress }) => {
    const unheard = words.find((word) => !CHECKS.some(({ id }) => id === word));
    if (unheard !== undefined) {
      throw new ToolError(`there is no check "${unheard}": the checks are ${CHECKS.map(({ id }) => id).join(", ")}`);
    }
    if (words.length === 0) await stack.checkExistence();
    const checks = words.length === 0 ? CHECKS : CHECKS.filter(({ id }) => words.includes(id));
    const results: Result[] = [];
    for await (const result of examine(stack, checks)) {
      results.push(result);
      print(result, resultText(result));
    }
    if (results.length > 1) progress(summaryText(results));
    return results.some(({ status }) => status === "wrong" || status === "unknown") ? 1 : undefined;
  },
};
