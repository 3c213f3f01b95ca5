import type { Command } from "../command";
import { judgeToken } from "../judge-token";
import { refusalText } from "../refusals";

export const token: Command = {
  usage: "token <jwt or ->",
  summary: "says whether a token is admitted, or why not",
  writes: false,
  words: [1, 1],
  options: { origin: { type: "string", help: "the origin of the page that connects" } },
  notes: [
    "With -, it reads the token from the standard input, so that the token is not in your shell's history.",
    "It runs the authorizer's own code with the stack's settings, on this machine. The token goes nowhere.",
  ],
  run: async ({ stack, words: [word = ""], options, print, lines }) => {
    const jwt = word === "-" ? ((await lines().secret()) ?? "").trim() : word;
    const origin = options.origin === undefined ? undefined : String(options.origin);
    const judgement = await judgeToken(stack, jwt, { origin });
    if (judgement.admitted) {
      const end = judgement.endsAt === undefined ? "" : `; the connection ends at ${judgement.endsAt}`;
      print(judgement, `admitted as ${judgement.userId}${end}`);
      return undefined;
    }
    print(judgement, refusalText(judgement.reason));
    return 1;
  },
};
