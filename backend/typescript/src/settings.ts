import { ConfigurationError } from "./errors";
import { member, outputPlaces } from "./outputs";

/** Where a SUMU is. Each method says which setting it needs. */
export interface Settings {
  /** Output `notifications.queue.url`, variable `NOTIFICATIONS_QUEUE_URL`. */
  readonly notificationsQueueUrl?: string;
  /** Output `messages.queue.url`, variable `MESSAGES_QUEUE_URL`. */
  readonly messagesQueueUrl?: string;
  /** Output `presence_table.name`, variable `PRESENCE_TABLE_NAME`. */
  readonly presenceTableName?: string;
  /** Output `connections_table.name`, variable `CONNECTIONS_TABLE_NAME`. */
  readonly connectionsTableName?: string;
}

/** Where each setting comes from. */
export const SETTING_SOURCES = {
  notificationsQueueUrl: { output: ["notifications", "queue", "url"], variable: "NOTIFICATIONS_QUEUE_URL" },
  messagesQueueUrl: { output: ["messages", "queue", "url"], variable: "MESSAGES_QUEUE_URL" },
  presenceTableName: { output: ["presence_table", "name"], variable: "PRESENCE_TABLE_NAME" },
  connectionsTableName: { output: ["connections_table", "name"], variable: "CONNECTIONS_TABLE_NAME" },
} as const;

type Name = keyof typeof SETTING_SOURCES;
const NAMES = Object.keys(SETTING_SOURCES) as Name[];

/**
 * Reads what `terraform output -json` prints, as text or parsed. The outputs of the module may be the root module's own,
 * or together in one output (`output "sumu" { value = module.sumu }`).
 *
 * @throws ConfigurationError when no SUMU is in it
 */
export function settingsFromOutputs(outputs: unknown): Settings {
  const places = outputPlaces(parsed(outputs));
  const found = places.filter((value) => Object.keys(readOutputs(value)).length > 0);
  const [first, second] = found;
  if (first === undefined) {
    throw new ConfigurationError(
      "outputs_missing",
      'the outputs have no notifications.queue.url: add output "sumu" { value = module.sumu } to your root module',
    );
  }
  if (second !== undefined && first !== places[0]) {
    throw new ConfigurationError("outputs_ambiguous", "several outputs are a SUMU's: give the value of one of them");
  }
  return readOutputs(first);
}

/**
 * Reads the variables that `npm start -- --env` sets: NOTIFICATIONS_QUEUE_URL, MESSAGES_QUEUE_URL, PRESENCE_TABLE_NAME,
 * CONNECTIONS_TABLE_NAME.
 *
 * @throws ConfigurationError when none is set
 */
export function settingsFromEnvironment(environment: Readonly<Record<string, string | undefined>>): Settings {
  const settings = collect((name) => environment[SETTING_SOURCES[name].variable]);
  if (Object.keys(settings).length > 0) return settings;
  const variables = NAMES.map((name) => SETTING_SOURCES[name].variable).join(", ");
  throw new ConfigurationError("variables_missing", `none of ${variables} is set: set them to the outputs of SUMU`);
}

/** A setting that a method needs. @throws ConfigurationError when it is missing */
export function requireSetting(settings: Settings, name: Name, user: string): string {
  const value = settings[name];
  if (value !== undefined && value !== "") return value;
  const { output, variable } = SETTING_SOURCES[name];
  throw new ConfigurationError(
    "setting_missing",
    `${user} needs ${name}: it is the output ${output.join(".")}, or the variable ${variable}`,
  );
}

function readOutputs(outputs: unknown): Settings {
  return collect((name) => {
    const value = member(outputs, SETTING_SOURCES[name].output);
    return typeof value === "string" ? value : undefined;
  });
}

function collect(read: (name: Name) => string | undefined): Settings {
  return Object.fromEntries(NAMES.map((name) => [name, read(name)]).filter(([, value]) => value));
}

function parsed(outputs: unknown): unknown {
  if (typeof outputs !== "string") return outputs;
  try {
    return JSON.parse(outputs);
  } catch {
    throw new ConfigurationError(
      "outputs_not_json",
      "the outputs are not JSON: give what `terraform output -json` prints",
    );
  }
}
