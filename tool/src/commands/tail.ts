import { setTimeout as sleep } from "node:timers/promises";
import { readLog } from "../aws/read-log";
import { logGroups } from "../checks/logs";
import { type Command, durationMilliseconds } from "../command";
import type { Stack } from "../stack";
import { connectionEvent, eventText, functionEvent, type StoryEvent } from "../story-event";
import { ToolError } from "../tool-error";

const POLL_MILLISECONDS = 2_000;
/** API Gateway's lines arrive up to 30 seconds late, those of functions after some seconds. */
const LATE_MILLISECONDS = 60_000;

export const tail: Command = {
  usage: "tail",
  summary: "shows what happens, from all logs, until Ctrl-C",
  writes: false,
  words: [0, 0],
  options: { for: { type: "string", help: "how long: 90s, 30m (default: until Ctrl-C)" } },
  run: async ({ stack, options, print, progress }) => {
    const length = options.for === undefined ? Number.POSITIVE_INFINITY : durationMilliseconds(String(options.for));
    if (length === undefined) throw new ToolError(`--for must be a time such as 90s or 30m, got "${options.for}"`);
    const groups = await logGroups(stack);
    progress(`Following ${groups.length} logs. On AWS, their lines arrive up to 30 seconds late.`);
    const startedAt = stack.now();
    const seen = new Map<string, number>();
    for (;;) {
      const from = Math.max(startedAt, stack.now() - LATE_MILLISECONDS);
      for (const event of await readEvents(stack, groups, from)) {
        const key = JSON.stringify(event);
        if (!seen.has(key)) print({ ...event, at: new Date(event.at).toISOString() }, eventText(event));
        seen.set(key, event.at);
      }
      for (const [key, at] of seen) if (at < from) seen.delete(key);
      const left = startedAt + length - stack.now();
      if (left <= 0) return undefined;
      await sleep(Math.min(POLL_MILLISECONDS, left));
    }
  },
};

async function readEvents(
  stack: Stack,
  [access = "", ...functions]: readonly string[],
  since: number,
): Promise<readonly StoryEvent[]> {
  const { logs } = stack.clients;
  const events: StoryEvent[] = [];
  for await (const { at, fields } of readLog(logs, access, { since })) {
    events.push(connectionEvent(at, fields as Readonly<Record<string, string>>));
  }
  for (const group of functions) {
    for await (const { at, fields } of readLog(logs, group, { since })) {
      if (typeof fields.code === "string") events.push(functionEvent(at, group, fields));
    }
  }
  return events.sort((one, other) => one.at - other.at);
}
