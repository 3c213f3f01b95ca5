import type { NameSuffix } from "../../../src/names";
import { DEAD_LETTER_QUEUES } from "../checks/queues";
import type { Call, Command } from "../command";
import { type Letter, MAX_LETTERS, NEVER_DELIVERED, readLetters, redrive } from "../letters";
import { ToolError } from "../tool-error";

export const listLetters: Command = {
  usage: "dead-letters list",
  summary: "counts dead letters by queue and reason",
  writes: false,
  words: [0, 0],
  run: async ({ stack, program, print, progress }) => {
    progress("Reading the dead-letter queues");
    const letters = await readLetters(stack);
    const groups = new Map<string, { queue: string; reason: string; count: number; oldest: string }>();
    for (const { queue, reason = "tries_used_up", at } of letters) {
      const key = `${queue} ${reason}`;
      const group = groups.get(key) ?? { queue, reason, count: 0, oldest: new Date(at).toISOString() };
      groups.set(key, { ...group, count: group.count + 1 });
    }
    for (const group of groups.values()) {
      const count = String(group.count).padStart(5);
      print(group, `${group.queue.padEnd(32)}${group.reason.padEnd(26)}${count}  oldest ${group.oldest}`);
    }
    progress(
      groups.size === 0
        ? "There are no dead letters."
        : `"${program} dead-letters show <queue>" shows each, "${program} dead-letters redrive <queue>" sends them again.`,
    );
    const isFull = DEAD_LETTER_QUEUES.some(
      (name) => letters.filter(({ queue }) => queue === name).length >= MAX_LETTERS,
    );
    if (isFull)
      progress(`Of each queue only ${MAX_LETTERS} letters were read: "${program} doctor dead-letters" counts all.`);
    return undefined;
  },
};

export const showLetters: Command = {
  usage: "dead-letters show [queue]",
  summary: "shows each dead letter: when, why and for whom",
  writes: false,
  words: [0, 1],
  options: { payload: { type: "boolean", help: "prints the payloads too" } },
  run: async ({ stack, words: [name], options, print }) => {
    const queues = name === undefined ? DEAD_LETTER_QUEUES : [queueNamed(name)];
    for (const letter of await readLetters(stack, queues)) {
      const { queue, messageId, at, reason, detail, audience, body } = letter;
      const shown = { queue, messageId, at: new Date(at).toISOString(), reason, detail, ...audience };
      print(options.payload ? { ...shown, body } : shown, letterText(letter, options.payload === true));
    }
    return undefined;
  },
};

export const redriveLetters: Command = {
  usage: "dead-letters redrive <queue>",
  summary: "sends dead letters to their queue again",
  writes: true,
  words: [1, 1],
  options: {
    reason: { type: "string", help: "only the letters with this reason" },
    id: { type: "string", help: "only the letter with this message id" },
  },
  notes: [`Letters that would fail again stay, unless --reason names their reason: ${NEVER_DELIVERED.join(", ")}.`],
  run: async ({ stack, words: [name = ""], options, print, progress }) => {
    const queue = queueNamed(name);
    const result = await redrive(stack, queue, {
      reason: text(options.reason),
      messageId: text(options.id),
      onProgress: (sent) => sent % 100 === 0 && progress(`${sent} sent`),
    });
    const isFull = result.sent + result.kept >= MAX_LETTERS;
    if (isFull) progress(`One run takes ${MAX_LETTERS} letters: run it again for the others.`);
    print(result, `${result.sent} sent again, ${result.kept} stay in ${queue}`);
    if (result.kept > 0 && options.reason === undefined && options.id === undefined) {
      progress("Those that stay would fail again. --reason <their reason> sends them nevertheless.");
    }
    return undefined;
  },
};

/** By its whole name or without the prefix: `integration-notifications-dlq`. */
function queueNamed(name: string): NameSuffix {
  const found = DEAD_LETTER_QUEUES.find((suffix) => name === suffix || name.endsWith(`-sumu-${suffix}`));
  if (found !== undefined) return found;
  throw new ToolError(`there is no dead-letter queue "${name}": name one of ${DEAD_LETTER_QUEUES.join(", ")}`);
}

function letterText({ queue, messageId, at, reason, detail, audience, body }: Letter, withPayload: boolean): string {
  const whom = audience.isForEveryone ? "everyone" : (audience.users?.join(", ") ?? "-");
  const why = `${reason ?? "tries_used_up"}${detail === undefined ? "" : `: ${detail}`}`;
  const line = `${new Date(at).toISOString()}  ${queue.padEnd(31)}${audience.kind} for ${whom}: ${why}  [message ${messageId}]`;
  return withPayload ? `${line}\n       ${body}` : line;
}

const text = (value: Call["options"][string]): string | undefined => (typeof value === "string" ? value : undefined);
