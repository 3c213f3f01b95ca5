import type { Expression, ForExpression, Step } from "./syntax";
import { type Token, tokenize } from "./tokenizer";
import { TerraformError } from "./value";

/** Operators by how tightly they bind, loosest first. @see https://developer.hashicorp.com/terraform/language/expressions/operators */
const PRECEDENCE: readonly (readonly string[])[] = [
  ["||"],
  ["&&"],
  ["==", "!="],
  ["<", ">", "<=", ">="],
  ["+", "-"],
  ["*", "/", "%"],
];

const CONSTANTS: Readonly<Record<string, boolean | null>> = { true: true, false: false, null: null };

/**
 * Reads a string of Terraform JSON, which is a template: text, or `${…}`, or both.
 *
 * @throws TerraformError naming the template and what is wrong with it.
 */
export function parseTemplate(source: string): Expression {
  try {
    return new Parser(tokenize(source)).template("end");
  } catch (error) {
    throw error instanceof TerraformError
      ? new TerraformError(`${error.message}, in ${JSON.stringify(source)}`)
      : error;
  }
}

class Parser {
  private position = 0;

  constructor(private readonly tokens: readonly Token[]) {}

  template(closing: "end" | "quote-close"): Expression {
    const parts: Expression[] = [];
    for (;;) {
      const token = this.take();
      if (token.kind === "text") parts.push({ kind: "literal", value: token.text });
      else if (token.kind === "interpolation-start") {
        parts.push(this.expression());
        if (this.take().kind !== "interpolation-end") throw new TerraformError("an interpolation holds one expression");
      } else if (token.kind === closing) break;
      else throw new TerraformError(`${describe(token)} is out of place`);
    }
    if (parts.length === 0) return { kind: "literal", value: "" };
    const [only] = parts;
    return parts.length === 1 && only !== undefined ? only : { kind: "template", parts };
  }

  private expression(): Expression {
    const condition = this.binary(0);
    if (!this.accept("?")) return condition;
    const whenTrue = this.expression();
    this.expect(":");
    return { kind: "conditional", condition, whenTrue, whenFalse: this.expression() };
  }

  private binary(level: number): Expression {
    const operators = PRECEDENCE[level];
    if (operators === undefined) return this.unary();
    let left = this.binary(level + 1);
    for (;;) {
      const operator = operators.find((symbol) => this.accept(symbol));
      if (operator === undefined) return left;
      left = { kind: "binary", operator, left, right: this.binary(level + 1) };
    }
  }

  private unary(): Expression {
    if (this.accept("-")) return { kind: "unary", operator: "-", operand: this.unary() };
    if (this.accept("!")) return { kind: "unary", operator: "!", operand: this.unary() };
    return this.traversal();
  }

  private traversal(): Expression {
    const source = this.term();
    const steps: Step[] = [];
    for (;;) {
      if (this.accept(".")) {
        const token = this.take();
        if (token.kind === "identifier") steps.push({ kind: "attribute", name: token.name });
        else if (token.kind === "number") steps.push({ kind: "index", key: { kind: "literal", value: token.value } });
        else throw new TerraformError(`an attribute name is needed after ".", got ${describe(token)}`);
      } else if (this.accept("[")) {
        if (this.accept("*")) steps.push({ kind: "splat" });
        else steps.push({ kind: "index", key: this.expression() });
        this.expect("]");
      } else break;
    }
    return steps.length === 0 ? source : { kind: "traversal", source, steps };
  }

  private term(): Expression {
    const token = this.take();
    switch (token.kind) {
      case "number":
        return { kind: "literal", value: token.value };
      case "quote-open":
        return this.template("quote-close");
      case "identifier":
        return this.named(token.name);
      case "operator":
        if (token.symbol === "(") {
          const inner = this.expression();
          this.expect(")");
          return inner;
        }
        if (token.symbol === "[") return this.tuple();
        if (token.symbol === "{") return this.object();
        throw new TerraformError(`${describe(token)} is out of place`);
      default:
        throw new TerraformError(`${describe(token)} is out of place`);
    }
  }

  private named(name: string): Expression {
    if (this.accept("(")) return this.call(name);
    const constant = Object.hasOwn(CONSTANTS, name) ? CONSTANTS[name] : undefined;
    return constant === undefined ? { kind: "variable", name } : { kind: "literal", value: constant };
  }

  private call(name: string): Expression {
    const args: Expression[] = [];
    let expands = false;
    while (!this.accept(")")) {
      args.push(this.expression());
      if (this.accept("...")) {
        expands = true;
        this.expect(")");
        break;
      }
      if (this.accept(")")) break;
      this.expect(",");
    }
    return { kind: "call", name, args, expands };
  }

  private tuple(): Expression {
    if (this.acceptFor()) return this.forExpression("]");
    const items: Expression[] = [];
    while (!this.accept("]")) {
      items.push(this.expression());
      if (this.accept("]")) break;
      this.expect(",");
    }
    return { kind: "tuple", items };
  }

  private object(): Expression {
    if (this.acceptFor()) return this.forExpression("}");
    const entries: [Expression, Expression][] = [];
    while (!this.accept("}")) {
      entries.push([this.objectKey(), this.objectValue()]);
      if (this.accept("}")) break;
      // HCL also separates entries by a new line. Expressions from constructs are one line, with commas.
      this.expect(",");
    }
    return { kind: "object", entries };
  }

  /** A bare word is a key with its own name. Anything else is an expression, also a name in parentheses. */
  private objectKey(): Expression {
    const token = this.peek();
    const after = this.tokens[this.position + 1];
    if (token.kind === "identifier" && after?.kind === "operator" && (after.symbol === "=" || after.symbol === ":")) {
      this.take();
      return { kind: "literal", value: token.name };
    }
    return this.expression();
  }

  private objectValue(): Expression {
    if (!this.accept("=") && !this.accept(":")) throw new TerraformError('"=" is needed after the key of an object');
    return this.expression();
  }

  private forExpression(closing: "]" | "}"): ForExpression {
    const first = this.name();
    const second = this.accept(",") ? this.name() : undefined;
    if (this.name() !== "in") throw new TerraformError('"in" is needed in a for expression');
    const collection = this.expression();
    this.expect(":");
    const leading = this.expression();
    const resultKey = closing === "}" ? leading : undefined;
    if (closing === "}") this.expect("=>");
    const result = closing === "}" ? this.expression() : leading;
    if (this.accept("...")) throw new TerraformError("grouping (…) in a for expression is not supported");
    const condition = this.acceptName("if") ? this.expression() : undefined;
    this.expect(closing);
    return {
      kind: "for",
      keyName: second === undefined ? undefined : first,
      valueName: second ?? first,
      collection,
      resultKey,
      result,
      condition,
    };
  }

  /** `for` opens a for expression unless it is the key or the value of an ordinary collection. */
  private acceptFor(): boolean {
    return this.tokens[this.position + 1]?.kind === "identifier" && this.acceptName("for");
  }

  private name(): string {
    const token = this.take();
    if (token.kind !== "identifier") throw new TerraformError(`a name is needed, got ${describe(token)}`);
    return token.name;
  }

  private acceptName(name: string): boolean {
    const token = this.peek();
    if (token.kind !== "identifier" || token.name !== name) return false;
    this.position += 1;
    return true;
  }

  private accept(symbol: string): boolean {
    const token = this.peek();
    if (token.kind !== "operator" || token.symbol !== symbol) return false;
    this.position += 1;
    return true;
  }

  private expect(symbol: string): void {
    if (!this.accept(symbol)) throw new TerraformError(`"${symbol}" is needed, got ${describe(this.peek())}`);
  }

  private peek(): Token {
    return this.tokens[this.position] ?? { kind: "end" };
  }

  private take(): Token {
    const token = this.peek();
    this.position += 1;
    return token;
  }
}

function describe(token: Token): string {
  switch (token.kind) {
    case "text":
      return `the text ${JSON.stringify(token.text)}`;
    case "number":
      return String(token.value);
    case "identifier":
      return `"${token.name}"`;
    case "operator":
      return `"${token.symbol}"`;
    case "interpolation-start":
      return '"${"';
    case "interpolation-end":
      return 'the closing "}"';
    case "quote-open":
    case "quote-close":
      return "a quote";
    case "end":
      return "the end";
  }
}
