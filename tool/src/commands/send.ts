import { InvalidInputError, SumuBackend } from "sumu-backend";
import type { Command } from "../command";
import type { Stack } from "../stack";
import { ToolError } from "../tool-error";

export const notify: Command = {
  usage: "notify <users, or all> <JSON>",
  summary: "sends a notification through the queue, as a backend does; users with commas between them",
  writes: true,
  words: [2, 2],
  options: { id: { type: "string", help: "the notification's id" } },
  run: async ({ stack, words: [users = "", json = ""], options, print }) => {
    const data = parse(json);
    const sumu = await backend(stack);
    const id = typeof options.id === "string" ? options.id : undefined;
    const sent = await inWords(
      users === "all" ? sumu.notifyEveryone(data, { id }) : sumu.notify(users.split(","), data, { id }),
    );
    print({ id: sent }, `sent ${sent}: "sumu why ${sent}" tells what becomes of it`);
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
    await inWords((await backend(stack)).disconnect(users.split(","), { reason }));
    print({ users: users.split(",") }, `asked to close the connections of ${users}`);
    return undefined;
  },
};

async function backend(stack: Stack): Promise<SumuBackend> {
  const { url } = await stack.requireQueue("integration-notifications");
  return new SumuBackend({ notificationsQueueUrl: url }, { sqs: stack.clients.sqs });
}

/** The library's words say what to do. */
async function inWords<Answer>(sending: Promise<Answer>): Promise<Answer> {
  return sending.catch((error: unknown) => {
    throw error instanceof InvalidInputError ? new ToolError(error.message) : error;
  });
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw new ToolError(`the data must be JSON, such as '{"hello":"you"}' or '"hello"'`);
  }
}
