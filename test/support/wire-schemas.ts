import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import Ajv2020 from "ajv/dist/2020";

/** The names of the files in schemas/, without `.schema.json`. */
export type WireSchemaName =
  | "client-frame"
  | "server-frame"
  | "pushed-frame"
  | "notification-request"
  | "explicit-notification-request"
  | "disconnect-request"
  | "revoke-request"
  | "client-message"
  | "presence-event"
  | "presence-message";

/** A schema as its file has it; what the tests look at is named. */
export interface WireSchema {
  readonly $schema: string;
  readonly $id: string;
  readonly title: string;
  readonly description: string;
  readonly examples: readonly unknown[];
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly required?: readonly string[];
  readonly $defs?: Readonly<Record<string, WireSchema>>;
}

const FOLDER = path.resolve(__dirname, "..", "..", "schemas");

/** Every schema of the folder, by name. */
export const WIRE_SCHEMAS = Object.fromEntries(
  readdirSync(FOLDER).map((file) => [
    file.replace(/\.schema\.json$/, ""),
    JSON.parse(readFileSync(path.join(FOLDER, file), "utf8")),
  ]),
) as Readonly<Record<WireSchemaName, WireSchema>>;

/** Strict: a keyword that JSON Schema does not know is an error and is not ignored. */
const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true, schemas: Object.values(WIRE_SCHEMAS) });

/** The schema's objections to a value, or undefined. */
export function violation(name: WireSchemaName, value: unknown): string | undefined {
  const validate = ajv.getSchema(WIRE_SCHEMAS[name].$id);
  if (validate === undefined) throw new Error(`schemas/${name}.schema.json is not there`);
  return validate(value) ? undefined : ajv.errorsText(validate.errors, { dataVar: name });
}

/** @throws Error with the schema's words and the value */
export function assertMatches(name: WireSchemaName, value: unknown): void {
  const found = violation(name, value);
  if (found !== undefined) throw new Error(`${found}: ${JSON.stringify(value)?.slice(0, 500)}`);
}
