import type { Answer } from "./behaviour-list";
import { expand } from "./behaviour-list";

interface Command {
  readonly constructor: { readonly name: string };
  readonly input: { readonly Entries?: readonly { readonly Id: string }[] };
}

/** A client of AWS that answers by a script, and then with success. It has noted each call. */
export class ScriptedClient {
  readonly calls: (readonly [operation: string, input: unknown])[] = [];
  readonly #answers: Readonly<Record<string, Answer[]>>;

  /**
   * @param answers - By operation.
   * @param onLast - Called with the last answer to a ReceiveMessage.
   */
  constructor(
    answers: Readonly<Record<string, readonly Answer[]>>,
    private readonly onLast: () => void = () => {},
  ) {
    this.#answers = Object.fromEntries(Object.entries(answers).map(([operation, list]) => [operation, [...list]]));
  }

  send = (async (command: Command): Promise<unknown> => {
    const operation = command.constructor.name.replace(/Command$/, "");
    this.calls.push([operation, command.input]);
    const left = this.#answers[operation] ?? [];
    const answer = left.shift() ?? {};
    if (operation === "ReceiveMessage" && left.length === 0) this.onLast();
    if (answer.network) throw new Error("socket hang up");
    if (answer.error) throw awsError(...answer.error);
    if (operation === "SendMessageBatch") return batchAnswer(command.input.Entries ?? [], answer);
    return expand(answer);
  }) as never;
}

/** An error as the SDK throws it. */
export function awsError(name: string, status: number): Error {
  const $fault = status < 500 ? "client" : "server";
  return Object.assign(new Error(`AWS says ${name}`), { name, $fault, $metadata: { httpStatusCode: status } });
}

function batchAnswer(entries: readonly { readonly Id: string }[], { refuse = {}, fault = {}, omit = [] }: Answer) {
  const failed = { ...refuse, ...fault };
  return {
    Successful: entries.filter(({ Id }) => !(Id in failed || omit.includes(Id))).map(({ Id }) => ({ Id })),
    Failed: Object.entries(failed).map(([Id, Code]) => ({ Id, Code, SenderFault: Id in fault })),
  };
}
