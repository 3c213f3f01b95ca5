import { parse } from "velocityjs";
import { TemplateError } from "./template-error";

/** A reference, a literal or an operation, as velocityjs parses them. */
export type Expression =
  | Reference
  | { readonly type: "string"; readonly value: string; readonly isEval?: boolean }
  | { readonly type: "integer" | "decimal"; readonly value: string | number }
  | { readonly type: "bool"; readonly value: string }
  | { readonly type: "array"; readonly value: readonly (Expression | string | number)[]; readonly isRange?: boolean }
  | { readonly type: "map"; readonly value: Readonly<Record<string, Expression>> | undefined }
  | { readonly type: "math"; readonly operator: string; readonly expression: readonly [Expression, Expression] };

export interface Reference {
  readonly type: "references";
  readonly id: string;
  readonly leader: string;
  readonly isWraped?: boolean;
  readonly args?: readonly Expression[] | false;
  readonly path?: readonly Step[];
}

export type Step =
  | { readonly type: "property"; readonly id: string }
  | { readonly type: "index"; readonly id: Expression }
  | { readonly type: "method"; readonly id: string; readonly args?: readonly Expression[] | false };

export type Node =
  | string
  | Reference
  | { readonly type: "set"; readonly equal: readonly [Reference, Expression] }
  | { readonly type: "comment"; readonly value: string }
  | Directive
  | readonly Node[];

/** Heads of a block's parts. A block is an array: its head, its nodes, further heads and nodes. */
export type Directive =
  | { readonly type: "if" | "elseif"; readonly condition: Expression }
  | { readonly type: "else" }
  | { readonly type: "foreach"; readonly to: string; readonly from: Expression };

/**
 * Parses a template into nodes with velocityjs's parser. If velocityjs accepts something that Java's parser refuses or
 * reads differently, it is refused first. Whitespace stays as written.
 *
 * @throws TemplateError
 */
export function parseTemplate(template: string): readonly Node[] {
  refuseForeignSyntax(template);
  let nodes: readonly Node[];
  try {
    nodes = parse(template, undefined, false) as unknown as readonly Node[];
  } catch (error) {
    throw new TemplateError(`cannot be parsed: ${(error as Error).message.split("\n").slice(0, 3).join(" ")}`);
  }
  return joinTexts(nodes);
}

const DIRECTIVE = /#(?:set|if|elseif|else|end|foreach)\b/;
const OPENS = new Set(["if", "foreach"]);
const BLOCK_PARTS = new Set(["else", "elseif", "end"]);

function refuseForeignSyntax(template: string): void {
  const refuse = (what: string): never => {
    throw new TemplateError(what);
  };
  if (template.includes("#[[")) refuse("#[[…]]#: raw text is not documented for API Gateway");
  if (/[\w)\]}]#[#*]/.test(template)) {
    refuse(
      "a comment that touches a reference or directive: text in Velocity 1.7, a comment in 2; put a blank before it",
    );
  }
  const code = template.replace(/##.*|#\*[\s\S]*?\*#/g, "");
  if (/\\[$#]/.test(template)) {
    refuse("a backslash before $ or #: what it escapes depends on whether the reference is defined");
  }
  if (/[$#]$|\$!(?!\{?[A-Za-z_])|\$#/.test(code))
    refuse("a $, $! or # that begins nothing: a lexical error in Velocity 1.7");
  if (/[\w)\]}]-\d/.test(directiveArguments(code)))
    refuse("-1 right after an operand: Java's parser fails, write blanks around -");
  if (code.includes("#{")) refuse("#{…}: write directives without braces");
  let depth = 0;
  for (const [, name = "", paren = ""] of code.matchAll(/#@?([A-Za-z_][\w-]*)(\s*\()?/g)) {
    const isKnown = DIRECTIVE.test(`#${name}`) && !/[\w-]/.test(name.replace(/^(set|if|elseif|else|end|foreach)/, ""));
    if (!isKnown) {
      if (paren !== "" || /^(?:set|if|else|end|foreach|define|macro|parse|include|evaluate|stop|break)/.test(name)) {
        refuse(`#${name}: only #set, #if, #elseif, #else, #foreach and #end are documented for API Gateway`);
      }
      continue;
    }
    if (OPENS.has(name)) depth++;
    if (BLOCK_PARTS.has(name) && depth === 0) refuse(`#${name} without #if or #foreach`);
    if (name === "end") depth--;
  }
  if (depth > 0) refuse("#if or #foreach without #end");
}

/** The text in the parentheses of #set, #if and #elseif, without the strings. */
function directiveArguments(code: string): string {
  const found: string[] = [];
  for (const start of code.matchAll(/#(?:set|if|elseif)\s*\(/g)) {
    let depth = 1;
    const rest = code.slice(start.index + start[0].length).replace(/"[^"]*"|'[^']*'/g, "''");
    let end = 0;
    for (; end < rest.length && depth > 0; end++) depth += rest[end] === "(" ? 1 : rest[end] === ")" ? -1 : 0;
    found.push(rest.slice(0, end));
  }
  return found.join(" ");
}

function joinTexts(nodes: readonly Node[]): readonly Node[] {
  const joined: Node[] = [];
  for (const node of nodes) {
    const last = joined.at(-1);
    if (typeof node === "string" && typeof last === "string") joined[joined.length - 1] = last + node;
    else joined.push(Array.isArray(node) ? joinTexts(node) : node);
  }
  return joined;
}

/** A reference as the template wrote it. Velocity prints this text when the reference has no value. */
export function sourceOf(reference: Reference): string {
  const steps = (reference.path ?? []).map((step) => {
    if (step.type === "property") return `.${step.id}`;
    if (step.type === "index") return `[${expressionSource(step.id)}]`;
    return `.${step.id}(${(step.args || []).map(expressionSource).join(", ")})`;
  });
  const name = reference.id + steps.join("");
  return reference.isWraped ? `${reference.leader}{${name}}` : reference.leader + name;
}

function expressionSource(expression: Expression): string {
  if (expression.type === "references") return sourceOf(expression);
  if (expression.type === "string") return expression.isEval ? `"${expression.value}"` : `'${expression.value}'`;
  if (expression.type === "array" || expression.type === "map" || expression.type === "math") return "…";
  return String(expression.value);
}
