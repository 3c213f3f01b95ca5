import type { Command } from "../command";
import { judgeToken } from "../judge-token";

export const token: Command = {
  usage: "token <jwt, or - to read it from the standard input>",
  summary: "asks the authorizer's own code, with the stack's settings, whether a token is admitted, or why not",
  writes: false,
  words: [1, 1],
  options: { origin: { type: "string", help: "the origin of the page that connects" } },
  run: async ({ stack, words: [word = ""], options, print, readInput }) => {
    const jwt = word === "-" ? (await readInput()).trim() : word;
    const origin = options.origin === undefined ? undefined : String(options.origin);
    const judgement = await judgeToken(stack, jwt, { origin });
    if (judgement.admitted) {
      const end = judgement.endsAt === undefined ? "" : `; the connection ends at ${judgement.endsAt}`;
      print(judgement, `admitted as ${judgement.userId}${end}`);
      return undefined;
    }
    const { reason } = judgement;
    print(judgement, `refused: ${reason} (docs/operations.md, "Why a client was refused", says what to do)`);
    return 1;
  },
};
