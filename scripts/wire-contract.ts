import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

interface Schema {
  readonly title?: string;
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema | false>>;
  readonly required?: readonly string[];
  readonly examples?: readonly unknown[];
  readonly $defs?: Readonly<Record<string, Schema>>;
  readonly $ref?: string;
  readonly oneOf?: readonly Schema[];
}

const FOLDER = path.resolve(__dirname, "..", "schemas");

/** The blocks of docs/wire-contract.md, by the name of their schema: description, members, examples. */
export function wireContractBlocks(): Readonly<Record<string, () => string>> {
  return Object.fromEntries(
    readdirSync(FOLDER).map((file) => [
      file.replace(".schema.json", ""),
      () => schemaText(file, JSON.parse(readFileSync(path.join(FOLDER, file), "utf8"))),
    ]),
  );
}

function schemaText(file: string, schema: Schema): string {
  const parts = Object.values(schema.$defs ?? {}).filter(({ properties }) => properties !== undefined);
  const tables =
    parts.length === 0
      ? [membersTable(schema, schema)]
      : parts.map((part) => `**${part.title}.** ${part.description}\n\n${membersTable(part, schema)}`);
  const examples = (schema.examples ?? []).map((example) => JSON.stringify(example));
  return [
    `${schema.description} Schema: [${file}](../schemas/${file}).`,
    ...tables,
    `\`\`\`json\n${examples.join("\n")}\n\`\`\``,
  ].join("\n\n");
}

function membersTable(schema: Schema, root: Schema): string {
  const rows = members(schema, root, "").map((cells) => `| ${cells.join(" | ")} |`);
  return ["| field | is | meaning |", "| --- | --- | --- |", ...rows].join("\n");
}

/** Every member, also the members of members, such as `message.user_id`. */
function members({ properties = {}, required = [] }: Schema, root: Schema, prefix: string): string[][] {
  return Object.entries(properties).flatMap(([name, given]) => {
    if (given === false) return [];
    const schema = resolve(given, root);
    const isOptional = required.includes(name) ? "" : ", optional";
    const own = [`\`${prefix}${name}\``, `${kind(schema)}${isOptional}`, schema.description ?? ""];
    return [own, ...members(schema, root, `${prefix}${name}.`)];
  });
}

function resolve(schema: Schema, root: Schema): Schema {
  const name = schema.$ref?.replace("#/$defs/", "");
  return (name === undefined ? undefined : root.$defs?.[name]) ?? schema;
}

function kind(schema: Schema): string {
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``;
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${JSON.stringify(value)}\``).join(" or ");
  if (schema.oneOf !== undefined) return schema.oneOf.map(kind).join(" or ");
  if (schema.items !== undefined) return `list of ${kind(schema.items)}s`;
  const type = [schema.type ?? "any JSON"].flat().join(", ");
  return schema.pattern === undefined ? type : `${type} like \`${schema.pattern}\``;
}
