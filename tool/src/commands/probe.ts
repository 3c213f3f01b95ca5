import type { Command } from "../command";
import { type Result, resultText, summaryText } from "../doctor";
import { probe as runProbe } from "../probe";
import { readToken, TOKEN_OPTION } from "../read-token";

export const probe: Command = {
  usage: "probe",
  summary: "notifies a client of its own, and shows the time of each hop",
  writes: true,
  words: [0, 0],
  options: {
    ...TOKEN_OPTION,
    user: { type: "string", help: "stops if the token is another user's" },
  },
  notes: [
    "It connects with the token, and sends a notification to the user of the token.",
    "All devices of the user get the notification, and the user is ONLINE meanwhile: keep a user for probes.",
  ],
  run: async (call) => {
    const { stack, options, print, progress } = call;
    const user = typeof options.user === "string" ? options.user : undefined;
    const results: Result[] = [];
    for await (const result of runProbe(stack, { token: await readToken(call), user, onStep: progress })) {
      results.push(result);
      print(result, resultText(result));
    }
    progress(summaryText(results, "hops"));
    return results.some(({ status }) => status === "wrong" || status === "unknown") ? 1 : undefined;
  },
};
