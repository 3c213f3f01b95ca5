import fc from "fast-check";
import { evaluate } from "../../terraform-json/evaluator";
import { parseTemplate } from "../../terraform-json/parser";
import type { Value } from "../../terraform-json/value";

const scope = {
  var: { prefix: "acme", source: "queue", tags: { team: "a" }, none: null, users: ["x", "y"] },
  path: { module: "/stack" },
  count: { index: 1 },
  aws_sqs_queue: { messages: { arn: "arn:q", name: "q" } },
  aws_kms_key: { some: [{ arn: "arn:k", ids: [1, 2] }], none: [] },
};

const value = (template: string): Value => evaluate(parseTemplate(template), scope);

const escaped = (text: string): string => text.replace(/[$%]\{/g, (mark) => `${mark[0]}${mark}`);

const EXAMPLES: readonly (readonly [template: string, expected: Value])[] = [
  ["", ""],
  ["plain text, {braces} and \\n stay", "plain text, {braces} and \\n stay"],
  ["${var.prefix}-sumu", "acme-sumu"],
  ["${path.module}/assets/a.zip", "/stack/assets/a.zip"],
  ["${var.tags}", { team: "a" }],
  ["a$${b}c%%{d}", "a${b}c%{d}"],
  ['${"quoted \\"text\\" \\u00e9 ${var.prefix} $${x}"}', 'quoted "text" é acme ${x}'],
  ["${aws_sqs_queue.messages.arn}", "arn:q"],
  ["${aws_kms_key.some[0].arn}", "arn:k"],
  ["${aws_kms_key.some.0.arn}", "arn:k"],
  ["${aws_kms_key.some[*].ids[1]}", [2]],
  ["${one(aws_kms_key.none[*].arn)}", null],
  ["${one(aws_kms_key.some[*].arn)}", "arn:k"],
  ["${var.none[*]}", []],
  ["${var.tags[*].team}", ["a"]],
  ['${var.source == "queue" ? 1 : 0}', 1],
  ['${contains(["topic", "queue"], var.source) ? "yes" : aws_kms_key.none[0].arn}', "yes"],
  ['${var.source != "topic" && !(1 > 2) || false}', true],
  ["${1 + 2 * 3 - -4}", 11],
  ["${(1 + 2) * 3 % 4 / 2}", 0.5],
  ["${2 - 1 - 1}", 0],
  ["${true ? false ? 1 : 2 : 3}", 2],
  ['${merge({"a" = 1, b = 2}, var.none, {"b" = 3, (var.prefix) = 4})}', { a: 1, b: 3, acme: 4 }],
  ['${{"${var.prefix}-k" = [1, "2", true, null,],}}', { "acme-k": [1, "2", true, null] }],
  ['${join(",", [for i, u in var.users : "${i}${u}" if u != "y"])}', "0x"],
  ["${{for u in var.users : u => [u]}}", { x: ["x"], y: ["y"] }],
  ["${[for k, v in var.tags : k]}", ["team"]],
  ['${coalesce(var.none, "", "third")}', "third"],
  ['${replace("a.b.c", ".", "-")}', "a-b-c"],
  ['${replace("wss://h/s", "/^wss/", "https")}', "https://h/s"],
  ['${replace("ab", "/(a)(b)/", "$2$1")}', "ba"],
  ['${replace("$&", "$", "$&")}', "$&&"],
  ['${jsonencode({b = [1, "<&>"], a = null})}', '{"a":null,"b":[1,"\\u003c\\u0026\\u003e"]}'],
  ["${try(var.absent, var.tags.team)}", "a"],
  ["${can(var.absent)}", false],
  ['${can(regex("^[a-z]+$", var.prefix))}', true],
  ['${regex("(\\\\w)(\\\\w)", "xyz")}', ["x", "y"]],
  ['${length(var.users) + length(var.tags) + length("née")}', 6],
  ["${element(var.users, 3)}", "y"],
  ["${merge([var.tags, {b = 1}]...)}", { team: "a", b: 1 }],
  ['${split("/", "a/b")}', ["a", "b"]],
  ["${keys({b = 1, a = 2})}", ["a", "b"]],
  ['${lower("ÀB")}', "àb"],
  ['${distinct(["a", "b", "a"])}', ["a", "b"]],
  ['${setsubtract(["a", "b", "c"], ["b"])}', ["a", "c"]],
  ['${setintersection(["a", "b", "c"], ["c", "b"], ["b"])}', ["b"]],
  ['${zipmap(["a", "b"], [1, 2])}', { a: 1, b: 2 }],
  ['${alltrue([true, "true"])}', true],
  ["${alltrue([true, false])}", false],
  ['${compact(["a", "", null])}', ["a"]],
  ['${endswith(var.prefix, "me")}', true],
  ["${floor(2.9)}", 2],
  ['${substr("abcdef", -3, 2)}', "de"],
  ["${count.index}", 1],
  ["${1}${true}${2.5}", "1true2.5"],
  ['${1 == "1"}', false],
  ["${[1, {a = 2}] == [1, {a = 2}]}", true],
];

describe("an expression of a synthesized stack", () => {
  it.each(EXAMPLES)("%s is worth %j", (template, expected) => {
    expect(value(template)).toEqual(expected);
  });

  it.each([
    ["${var.absent}", 'var has no attribute "absent"'],
    ["${aws_sqs_queue.messages.arnn}", 'aws_sqs_queue.messages has no attribute "arnn"'],
    ["${aws_kms_key.none[0].arn}", "aws_kms_key.none has 0 elements, none at [0]"],
    ["${aws_sns_topic.x.arn}", 'nothing here is called "aws_sns_topic"'],
    ['${templatefile("a", {})}', "the function templatefile() is not known here"],
    ["${constructor(1)}", "the function constructor() is not known here"],
    ["${var.constructor}", 'var has no attribute "constructor"'],
    ["${replace(var.prefix)}", "replace() takes 3 arguments, got 1"],
    ["${one(var.users)}", "one(): the list has 2 elements, one or none is needed"],
    ['${split(",", var.users)}', "split(): a string is needed, got list"],
    ["${upper(var.prefix)}", "the function upper() is not known here"],
    ["text ${var.users}", "a string is needed, got list"],
    ["text ${var.none}", "a string is needed, got null"],
    ["${var.prefix + 1}", "a number is needed, got string"],
    ["${1 / 0}", "division by zero"],
    ["${var.prefix ? 1 : 2}", "a bool is needed, got string"],
    ['${join(",", var.prefix...)}', 'join(): only a list can be expanded with "...", got string'],
  ])("rejects %s: %s", (template, message) => {
    expect(() => value(template)).toThrow(expect.objectContaining({ name: "TerraformError", message }));
  });

  it.each([
    ["${var.a", "an interpolation has no closing brace"],
    ['${"a}', "a quoted string has no closing quote"],
    ["${}", 'the closing "}" is out of place'],
    ["${a b}", "an interpolation holds one expression"],
    ["${a ? b}", '":" is needed, got the closing "}"'],
    ["${[1 2]}", '"," is needed, got 2'],
    ["${{a 1}}", '"=" is needed after the key of an object'],
    ["${a.*.b}", 'an attribute name is needed after ".", got "*"'],
    ['${"\\q"}', '"\\q" is no escape of a quoted string'],
    ["${a & b}", '"&" has no place in an expression'],
    ["%{ if a }b%{ endif }", "template directives (%{ … }) are not supported"],
    ["${~ a ~}", "the strip marker ~ is not supported"],
  ])("rejects %s: %s", (template, reason) => {
    expect(() => parseTemplate(template)).toThrow(`${reason}, in ${JSON.stringify(template)}`);
  });

  it("any text is worth itself once its marks are escaped", () => {
    const text = fc.string({ unit: fc.constantFrom("$", "%", "{", "}", '"', "\\", "~", "a", "é", "\n") });
    fc.assert(
      fc.property(text, (raw) => {
        expect(value(escaped(raw))).toBe(raw);
      }),
    );
  });

  it("any JSON value written as an expression is worth itself", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (json) => {
        const expected = JSON.parse(JSON.stringify(json)) as Value;
        const written = escaped(JSON.stringify(json));
        expect(value(`\${${written}}`)).toEqual(expected);
        expect(JSON.parse(value(`\${jsonencode(${written})}`) as string)).toEqual(expected);
      }),
    );
  });

  it("any sum and product binds as JavaScript's", () => {
    const arithmetic = fc
      .array(fc.tuple(fc.constantFrom("+", "-", "*"), fc.nat(99)), { minLength: 1, maxLength: 6 })
      .map((terms) => `1 ${terms.map(([operator, number]) => `${operator} ${number}`).join(" ")}`);
    fc.assert(
      fc.property(arithmetic, (text) => {
        expect(value(`\${${text}}`)).toBe(new Function(`return ${text}`)());
      }),
    );
  });

  it("rejects any other text with an error of its own, never another", () => {
    const noise = fc.array(
      fc.constantFrom("${", "}", '"', "[", "]", "*", ".", "a", "1", "?", ":", "(", ")", "for", " ", "=", ","),
    );
    fc.assert(
      fc.property(noise, (pieces) => {
        try {
          value(pieces.join(""));
        } catch (error) {
          expect(error).toMatchObject({ name: "TerraformError", code: "ERR_TERRAFORM" });
        }
      }),
      { numRuns: 500 },
    );
  });
});
