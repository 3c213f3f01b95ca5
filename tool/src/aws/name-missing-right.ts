import { MissingRightError } from "../tool-error";

/** What this needs of a client of the AWS SDK. */
interface Client {
  readonly middlewareStack: {
    add(
      middleware: (next: (args: never) => Promise<unknown>, context: { commandName?: string }) => never,
      options: { step: "initialize"; name: string },
    ): void;
  };
}

const DENIED = /AccessDenied|AuthorizationError|NotAuthorized|UnauthorizedOperation/;

/** AWS names these actions in another way than the calls. */
const ACTION_OF_CALL: Readonly<Record<string, string>> = {
  Invoke: "InvokeFunction",
  SendMessageBatch: "SendMessage",
};

/**
 * Lets a client throw a {@link MissingRightError} if AWS refuses a call. The services' own messages differ in length and
 * in the spelling of the action.
 */
export function nameMissingRight<C extends Client>(client: C, service: string): C {
  client.middlewareStack.add(
    ((next: (args: unknown) => Promise<unknown>, { commandName = "" }: { commandName?: string }) =>
      (args: unknown) =>
        next(args).catch((error: unknown) => {
          throw error instanceof Error && DENIED.test(error.name) ? missingRight(service, commandName, error) : error;
        })) as never,
    { step: "initialize", name: "nameMissingRight" },
  );
  return client;
}

function missingRight(service: string, commandName: string, { message }: Error): MissingRightError {
  const call = commandName.replace(/Command$/, "");
  // A key's policy refuses in the place of the queue or table that the key encrypts.
  const [, keyAction] = /not authorized to perform: (kms:\w+)/.exec(message) ?? [];
  const [, resource] = /on resource: (arn:[^\s,]+)/.exec(message) ?? [];
  return new MissingRightError(keyAction ?? `${service}:${ACTION_OF_CALL[call] ?? call}`, resource);
}
