import type { Command } from "../command";
import { send } from "../sending";
import { ToolError } from "../tool-error";

export const notify: Command = {
  usage: "notify <users> <JSON>",
  summary: "sends a notification through the queue, as a backend does",
  writes: true,
  words: [2, 2],
  options: { id: { type: "string", help: "the id that clients of protocol 2 get" } },
  notes: ['The users are names with commas between them, or "all" for everybody who is connected.'],
  run: async ({ stack, words: [users = "", json = ""], options, program, print }) => {
    const data = parse(json);
    const id = typeof options.id === "string" ? options.id : undefined;
    const { answer, queueUrl, messageIds } = await send(stack, (sumu) =>
      users === "all" ? sumu.notifyEveryone(data, { id }) : sumu.notify(users.split(","), data, { id }),
    );
    const [first = answer] = messageIds;
    print(
      { id: answer, queueUrl, messageIds },
      `Sent to ${queueUrl} (${messageIds.join(", ")}).\n"${program} why ${first}" shows what becomes of it.`,
    );
    return undefined;
  },
};

export const disconnect: Command = {
  usage: "disconnect <users>",
  summary: "closes the connections of users; they may connect again",
  writes: true,
  words: [1, 1],
  options: { reason: { type: "string", help: "the reason that clients of protocol 2 get" } },
  run: async ({ stack, words: [users = ""], options, print }) => {
    const reason = typeof options.reason === "string" ? options.reason : undefined;
    const { messageIds } = await send(stack, (sumu) => sumu.disconnect(users.split(","), { reason }));
    print({ users: users.split(","), messageIds }, `Asked SUMU to close the connections of ${users}.`);
    return undefined;
  },
};

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw new ToolError(`the data must be JSON, such as '{"hello":"you"}' or '"hello"'`);
  }
}
