import { patternsFor, readLog } from "./aws/read-log";
import { logGroups } from "./checks/logs";
import { readLetters } from "./letters";
import { readConnections } from "./read-connections";
import type { Stack } from "./stack";
import { connectionEvent, functionEvent, letterEvent, type StoryEvent } from "./story-event";

/** A line of the access log, as the stage's format writes it. `-` is no value. */
type AccessLine = Readonly<Record<string, string | undefined>>;

export interface WhyOptions {
  /** Epoch milliseconds: how far back the logs are read. */
  readonly since: number;
  /** Called before each part that takes long. */
  readonly onStep?: (step: string) => void;
}

/**
 * Puts together what happened to a user, a connection, a request or a notification, from the access log, the functions'
 * logs and the dead-letter queues, in the order of time. It has ids and codes, and no payload.
 *
 * A refused token proves no user, so no log names the user. For a user, the story has the refusals that came from an
 * address from which the user was connected in the same time.
 */
export async function why(
  stack: Stack,
  subject: string,
  { since, onStep = () => {} }: WhyOptions,
): Promise<readonly StoryEvent[]> {
  const events = new Map<string, StoryEvent>();
  const add = (event: StoryEvent) =>
    events.set(`${event.at} ${event.source} ${event.what} ${JSON.stringify(event.ids)}`, event);
  const ids = new Set([subject]);

  onStep("Reading the connections");
  for (const { connectionId, connectedAt } of await readConnections(stack, subject)) {
    ids.add(connectionId);
    add({
      at: connectedAt,
      source: "connections",
      what: "the connection is open since then",
      ids: { connectionId },
    });
  }

  onStep("Reading the access log");
  const access = (names: readonly string[], values: readonly string[]) =>
    readLines<AccessLine>(stack, stack.name("gw-access"), since, names, values);
  const own = await access(["userId", "requestId", "connectionId"], [subject]);
  const addresses = new Set<string>();
  for (const { fields } of own) {
    for (const id of [fields.connectionId, fields.requestId]) if (id && id !== "-") ids.add(id);
    const isAdmitted = fields.eventType === "CONNECT" && fields.userId === subject;
    if (isAdmitted && fields.sourceIp) addresses.add(fields.sourceIp);
  }
  for (const { at, fields } of own) add(connectionEvent(at, fields));
  const calls = await access(
    ["connectionId"],
    [...ids].filter((id) => id !== subject),
  );
  for (const { at, fields } of calls) add(connectionEvent(at, fields));
  const refusals = await access(["sourceIp"], [...addresses]);
  for (const { at, fields } of refusals) {
    if (fields.eventType !== "CONNECT" || Number(fields.status) < 400) continue;
    if (fields.requestId) ids.add(fields.requestId);
    add(connectionEvent(at, fields, "from an address of this user"));
  }

  onStep("Reading the dead-letter queues");
  for (const letter of await readLetters(stack)) {
    const { audience, messageId } = letter;
    if (!ids.has(messageId) && !ids.has(audience.id ?? "") && !audience.users?.includes(subject)) continue;
    ids.add(messageId);
    add(letterEvent(letter));
  }

  onStep("Reading the functions' logs");
  const fieldNames = ["connectionId", "apiRequestId", "requestId", "messageId", "message"];
  for (const group of (await logGroups(stack)).slice(1)) {
    const lines = await readLines<Record<string, unknown>>(stack, group, since, fieldNames, [...ids]);
    for (const { at, fields } of lines) add(functionEvent(at, group, fields));
  }
  return [...events.values()].sort((one, other) => one.at - other.at);
}

/** The lines in which one of the fields has one of the values, each once. */
async function readLines<Fields>(
  stack: Stack,
  group: string,
  since: number,
  names: readonly string[],
  values: readonly string[],
): Promise<readonly { readonly at: number; readonly fields: Fields }[]> {
  const wanted = new Set(values);
  const found = new Map<string, { at: number; fields: Fields }>();
  for (const filterPattern of patternsFor(names, values)) {
    for await (const { at, fields } of readLog(stack.clients.logs, group, { since, filterPattern })) {
      const isMeant = names.some((name) => wanted.has(String(fields[name] ?? "")));
      if (isMeant) found.set(`${at} ${JSON.stringify(fields)}`, { at, fields: fields as Fields });
    }
  }
  return [...found.values()];
}
