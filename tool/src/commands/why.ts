import { type Command, durationMilliseconds } from "../command";
import { eventText } from "../story-event";
import { ToolError } from "../tool-error";
import { why as tell } from "../why";

export const why: Command = {
  usage: "why <user or id>",
  summary: "shows what happened to a user, from all logs, in order",
  writes: false,
  words: [1, 1],
  options: { since: { type: "string", help: "how far back: 90s, 30m, 2h, 3d (default 1h)" } },
  notes: [
    "The id is that of a request, a connection, a message or a notification.",
    "It reads the access log, the functions' logs, the connections and the dead-letter queues.",
  ],
  run: async ({ stack, words: [subject = ""], options, print, progress }) => {
    const { since = "1h" } = options;
    const milliseconds = durationMilliseconds(String(since));
    if (milliseconds === undefined) throw new ToolError(`--since must be a time such as 30m or 2h, got "${since}"`);
    const events = await tell(stack, subject, { since: stack.now() - milliseconds, onStep: progress });
    for (const event of events) print({ ...event, at: new Date(event.at).toISOString() }, eventText(event));
    if (events.length > 0) return undefined;
    progress(`Nothing in the last ${since} names "${subject}". Check the spelling, or try a longer --since.`);
    progress("A message that was delivered together with others is named only if log_level is debug.");
    return 1;
  },
};
