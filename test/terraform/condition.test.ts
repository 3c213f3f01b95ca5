import { App, Fn, TerraformOutput, TerraformStack, TerraformVariable, Token } from "cdktf";
import { choose } from "../../src/terraform/choose";
import { atLeast, either, hasAny, isEqual, isGiven, isOneOf, not } from "../../src/terraform/condition";
import { orElse } from "../../src/terraform/or-else";
import { firstCharacters, joined, text } from "../../src/terraform/text";

const stack = new TerraformStack(new App(), "stack");
const variable = (id: string, type: string) => new TerraformVariable(stack, id, { type });
const word = variable("word", "string").stringValue;
const number = variable("number", "number").numberValue;
const list = variable("list", "list(string)").listValue;
const flag = variable("flag", "bool").booleanValue;

let outputs = 0;

/** As it is synthesized, in an output. */
function rendered(value: unknown): unknown {
  const id = `output_${outputs++}`;
  new TerraformOutput(stack, id, { value });
  const { output } = stack.toTerraform() as { output: Record<string, { value: unknown }> };
  return output[id]?.value;
}

describe("a decision about a literal", () => {
  it("is made at synthesis", () => {
    expect([isEqual("a", "a"), isEqual("a", "b")]).toEqual([true, false]);
    expect([isOneOf("b", ["a", "b"]), isOneOf("c", ["a", "b"])]).toEqual([true, false]);
    expect([isGiven("a"), isGiven(undefined)]).toEqual([true, false]);
    expect([atLeast(1, 1), atLeast(0, 1)]).toEqual([true, false]);
    expect([hasAny(["a"]), hasAny([]), hasAny("")]).toEqual([true, false, false]);
    expect([not(true), not(false)]).toEqual([false, true]);
    expect([either(true, false), either(false, false)]).toEqual([true, false]);
    expect([choose(true, "yes", "no"), choose(false, "yes", "no")]).toEqual(["yes", "no"]);
    expect([orElse("given", "other"), orElse(undefined, "other")]).toEqual(["given", "other"]);
    expect([joined(["a", "b"]), firstCharacters("abc", 2), text(0), text(false)]).toEqual(["a,b", "ab", "0", "false"]);
  });
});

describe("a decision about a token", () => {
  it("is left to Terraform, as an expression", () => {
    expect(rendered(isEqual(word, "a"))).toBe('${(var.word == "a")}');
    expect(rendered(isOneOf(word, ["a", "b"]))).toBe('${contains(["a", "b"], var.word)}');
    expect(rendered(isGiven(word))).toBe("${(var.word != null)}");
    expect(rendered(atLeast(number, 1))).toBe("${(var.number >= 1)}");
    expect(rendered(hasAny(list))).toBe("${(length(var.list) >= 1)}");
    expect(rendered(not(flag))).toBe("${!var.flag}");
    expect(rendered(either(flag, isEqual(word, "a")))).toBe('${(var.flag || (var.word == "a"))}');
    expect(rendered(choose(flag, "yes", "no"))).toBe('${var.flag ? "yes" : "no"}');
    expect(rendered(orElse(word, "other"))).toBe('${coalesce(var.word, "other")}');
    expect(rendered([joined(list), firstCharacters(word, 2), text(number)])).toEqual([
      '${join(",", var.list)}',
      "${substr(var.word, 0, 2)}",
      "${var.number}",
    ]);
  });

  it("needs no Terraform where a literal beside it decides", () => {
    expect([either(true, flag), either(flag, true)]).toEqual([true, true]);
    expect([either(false, flag), either(flag, false)]).toEqual([flag, flag]);
  });
});

it("a token inside a longer text is a token too", () => {
  expect(Token.isUnresolved(`${Fn.upper(word)}-x`)).toBe(true);
  expect(rendered(isEqual(`${word}-x`, "a-x"))).toBe('${("${var.word}-x" == "a-x")}');
});
