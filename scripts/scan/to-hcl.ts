/** JSON as Terraform reads it in a `.tf.json` file: strings are templates. */
export type TerraformJson =
  | null
  | boolean
  | number
  | string
  | readonly TerraformJson[]
  | { readonly [name: string]: TerraformJson };

export type Body = { readonly [name: string]: TerraformJson };

/**
 * Arguments that hold a map. JSON writes a map and a nested block alike; native syntax does not, and only the provider's
 * schema knows. A map that is missing here makes `terraform validate` refuse what {@link toHcl} writes, which a test runs.
 */
const MAP_ARGUMENTS = [
  "tags",
  "variables",
  "request_templates",
  "request_parameters",
  "response_templates",
  "configuration",
  "dimensions",
  "required_providers",
];

/**
 * Converts a module's `main.tf.json` into Terraform's native syntax, for tools that read no other. It writes resources,
 * data sources and locals, because a scanner reads only these.
 */
export function toHcl(module: Body): string {
  const lines: string[] = [];
  for (const kind of ["resource", "data"] as const) {
    for (const [type, named] of Object.entries(body(module[kind]))) {
      for (const [name, block] of Object.entries(body(named))) {
        lines.push(`${kind} "${type}" "${name}" {`, ...bodyLines(body(block), "  "), "}", "");
      }
    }
  }
  for (const [name, block] of Object.entries(body(module.variable))) {
    // The variable's type and conditions are expressions and not templates, and no scanner reads them.
    const { default: value } = body(block);
    lines.push(`variable "${name}" {`, ...(value === undefined ? [] : [`  default = ${expression(value)}`]), "}", "");
  }
  if (module.locals !== undefined) {
    const locals = Object.entries(body(module.locals)).map(([name, value]) => `  ${name} = ${expression(value)}`);
    lines.push("locals {", ...locals, "}", "");
  }
  return lines.join("\n");
}

function bodyLines(block: Body, indent: string): string[] {
  return Object.entries(block).flatMap(([name, value]) => {
    if (name === "//") return [];
    if (name === "dynamic") return dynamicLines(body(value), indent);
    const blocks = nestedBlocks(name, value);
    if (blocks === undefined) return [`${indent}${name} = ${argument(name, value)}`];
    return blocks.flatMap((inner) => [`${indent}${name} {`, ...bodyLines(inner, `${indent}  `), `${indent}}`]);
  });
}

function dynamicLines(dynamic: Body, indent: string): string[] {
  return Object.entries(dynamic).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).flatMap((block) => {
      const { for_each: each = null, content = {} } = body(block);
      return [
        `${indent}dynamic "${name}" {`,
        `${indent}  for_each = ${expression(each)}`,
        `${indent}  content {`,
        ...bodyLines(body(content), `${indent}    `),
        `${indent}  }`,
        `${indent}}`,
      ];
    }),
  );
}

/** The nested blocks that an object, or a list of objects, represents; undefined for an argument. */
function nestedBlocks(name: string, value: TerraformJson): readonly Body[] | undefined {
  if (MAP_ARGUMENTS.includes(name)) return undefined;
  if (isBody(value)) return [value];
  return Array.isArray(value) && value.length > 0 && value.every(isBody) ? value : undefined;
}

/** `depends_on` and `ignore_changes` name things: JSON has them as text, native syntax as references. */
function argument(name: string, value: TerraformJson): string {
  // A keyword, not a string.
  if (name === "ignore_changes" && value === "all") return value;
  return ["depends_on", "ignore_changes"].includes(name) && Array.isArray(value)
    ? `[${value.join(", ")}]`
    : expression(value);
}

function expression(value: TerraformJson): string {
  if (typeof value === "string") return template(value);
  if (Array.isArray(value)) return `[${value.map(expression).join(", ")}]`;
  if (isBody(value)) {
    const entries = Object.entries(value).map(([key, inner]) => `${JSON.stringify(key)} = ${expression(inner)}`);
    return `{ ${entries.join(", ")} }`;
  }
  return String(value);
}

/** A template as a quoted string, or as the one expression that it consists of. */
function template(text: string): string {
  const parts = templateParts(text);
  const [only] = parts;
  if (parts.length === 1 && only?.isExpression === true) return only.text;
  const quoted = parts.map((part) => (part.isExpression ? `\${${part.text}}` : JSON.stringify(part.text).slice(1, -1)));
  return `"${quoted.join("")}"`;
}

interface TemplatePart {
  readonly text: string;
  readonly isExpression: boolean;
}

/** Splits a template into its literal text and the expressions within `${` and `}`. */
function templateParts(text: string): readonly TemplatePart[] {
  const parts: TemplatePart[] = [];
  let rest = text;
  while (rest !== "") {
    // `$${` is a literal `${`.
    const start = /(?<!\$)\$\{/.exec(rest)?.index ?? rest.length;
    if (start > 0) parts.push({ text: rest.slice(0, start), isExpression: false });
    if (start === rest.length) break;
    const end = closingBrace(rest, start + 2);
    parts.push({ text: rest.slice(start + 2, end), isExpression: true });
    rest = rest.slice(end + 1);
  }
  return parts;
}

/** Where the expression that begins at `start` ends: braces within it, and within its strings' own expressions, pair up. */
function closingBrace(text: string, start: number): number {
  const open: ("{" | '"')[] = ["{"];
  for (let index = start; index < text.length; index += 1) {
    const character = text[index];
    const inString = open.at(-1) === '"';
    if (inString && character === "\\") index += 1;
    else if (character === '"') inString ? open.pop() : open.push('"');
    else if (inString && character === "$" && text[index + 1] === "{") {
      open.push("{");
      index += 1;
    } else if (!inString && character === "{") open.push("{");
    else if (!inString && character === "}") {
      open.pop();
      if (open.length === 0) return index;
    }
  }
  throw new Error(`An expression does not end: ${text.slice(start, start + 60)}`);
}

function isBody(value: TerraformJson | undefined): value is Body {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function body(value: TerraformJson | undefined): Body {
  return isBody(value) ? value : {};
}
