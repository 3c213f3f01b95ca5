import { Environment, type TemplateInput } from "./environment";
import { condition, evaluate, ROOTS, resolve, Scope } from "./evaluate";
import { type Directive, type Node, parseTemplate, type Reference, sourceOf } from "./syntax";
import { TemplateError } from "./template-error";
import { JsonMap, List, textOf, type Value } from "./values";
import { gobble } from "./whitespace";

export type { TemplateInput } from "./environment";

/**
 * Renders a mapping template as API Gateway's WebSocket APIs do. velocityjs parses; the evaluation is Java's (integer
 * division, string methods, `{a=1}` for an object), checked against Apache Velocity 1.7 and 2.3.
 *
 * Text from a client is always data: it is never parsed as a template.
 *
 * @throws TemplateError for a template that would fail on AWS (`$math`, an unknown `$util`, `$input` or `$context`
 * member, Java reflection, a parse error, an index out of bounds), and for a template whose result depends on the
 * version of Velocity.
 * @see
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-mapping-template-reference.html
 */
export function renderTemplate(template: string, input: TemplateInput): string {
  try {
    const nodes = compile(template);
    return new Renderer(input, declaredNames(nodes)).render(nodes);
  } catch (error) {
    if (error instanceof TemplateError) throw error;
    // For example, a stack overflow from a deeply nested body. It is this template's failure too, and the message has
    // no data.
    throw new TemplateError(`cannot be rendered: ${(error as Error).name}`);
  }
}

/** Parses a template without rendering it. @throws TemplateError */
export function checkTemplate(template: string): void {
  compile(template);
}

const MAX_COMPILED = 200;
const compiled = new Map<string, readonly Node[]>();

function compile(template: string): readonly Node[] {
  let nodes = compiled.get(template);
  if (!nodes) {
    nodes = gobble(parseTemplate(template));
    if (compiled.size >= MAX_COMPILED) compiled.clear();
    compiled.set(template, nodes);
  }
  return nodes;
}

function declaredNames(nodes: readonly Node[], names = new Set<string>()): ReadonlySet<string> {
  for (const node of nodes) {
    if (typeof node === "string") continue;
    if (isBlock(node)) declaredNames(node, names);
    else if (node.type === "set") names.add(node.equal[0].id);
    else if (node.type === "foreach") names.add(node.to).add("foreach");
  }
  return names;
}

class Renderer {
  readonly #scope: Scope;
  readonly #printsSource: boolean;

  constructor(input: TemplateInput, declared: ReadonlySet<string>) {
    this.#scope = new Scope(new Environment(input), declared, (text) => this.render(compile(text)));
    this.#printsSource = (input.nullReference ?? "source") === "source";
  }

  render(nodes: readonly Node[]): string {
    return nodes.map((node) => this.#node(node)).join("");
  }

  #node(node: Node): string {
    if (typeof node === "string") return node;
    if (isBlock(node)) return this.#block(node);
    switch (node.type) {
      case "comment":
        return "";
      case "references":
        return this.#print(node);
      case "set":
        this.#set(node.equal[0], evaluate(node.equal[1], this.#scope));
        return "";
      default:
        throw new TemplateError(`#${node.type} is not supported here`);
    }
  }

  #print(reference: Reference): string {
    const value = resolve(reference, this.#scope);
    if (value !== null) return textOf(value);
    return this.#printsSource && reference.leader !== "$!" ? sourceOf(reference) : "";
  }

  #set(target: Reference, value: Value): void {
    if (target.path !== undefined || ROOTS.has(target.id)) {
      throw new TemplateError(`#set(${sourceOf(target)} = …): only plain variables can be set here`);
    }
    const { variables } = this.#scope;
    if (value === null && (variables.get(target.id) ?? null) !== null) {
      throw new TemplateError(
        `#set(${sourceOf(target)} = …) to nothing keeps the old value in Velocity 1.7 and clears it in 2: use another name`,
      );
    }
    variables.set(target.id, value);
  }

  #block(block: readonly Node[]): string {
    const [head] = block;
    if (typeof head !== "object" || isBlock(head)) return this.render(block);
    if (head.type === "if") return this.#if(block);
    if (head.type === "foreach") return this.#foreach(head, block.slice(1));
    throw new TemplateError(`#${head.type} is not supported here`);
  }

  #if(block: readonly Node[]): string {
    let isTaken = false;
    const taken: Node[] = [];
    for (const node of block) {
      if (isBranch(node)) {
        if (isTaken) break;
        isTaken = node.type === "else" || condition(node.condition, this.#scope);
      } else if (isTaken) taken.push(node);
    }
    return this.render(taken);
  }

  #foreach(head: Extract<Directive, { type: "foreach" }>, body: readonly Node[]): string {
    const items = itemsOf(evaluate(head.from, this.#scope));
    const { variables } = this.#scope;
    const [outer, outerLoop] = [variables.get(head.to), variables.get("foreach")];
    const rounds = items.map((item, index) => {
      variables.set(head.to, item);
      variables.set("foreach", loopState(index, items.length));
      return this.render(body);
    });
    for (const [name, value] of [
      [head.to, outer],
      ["foreach", outerLoop],
    ] as const) {
      if (value === undefined) variables.delete(name);
      else variables.set(name, value);
    }
    return rounds.join("");
  }
}

const isBlock = (node: Node): node is readonly Node[] => Array.isArray(node);

const isBranch = (node: Node): node is Exclude<Directive, { type: "foreach" }> =>
  typeof node === "object" && "type" in node && (node.type === "if" || node.type === "elseif" || node.type === "else");

function itemsOf(value: Value): readonly Value[] {
  if (value === null) return [];
  const items =
    value instanceof List ? value.items : value instanceof JsonMap ? [...value.entries.values()] : undefined;
  if (!items) throw new TemplateError("#foreach takes a list or a map");
  if (items.length > 1_000) throw new TemplateError("API Gateway ends a #foreach after 1,000 rounds");
  return items;
}

const loopState = (index: number, length: number): JsonMap =>
  new JsonMap(
    new Map<string, Value>([
      ["index", BigInt(index)],
      ["count", BigInt(index + 1)],
      ["hasNext", index + 1 < length],
      ["first", index === 0],
      ["last", index + 1 === length],
    ]),
  );
