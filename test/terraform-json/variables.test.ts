import { resolveVariables } from "../../terraform-json/variables";

describe("the variables of a stack", () => {
  it("take what is given, else their default", () => {
    const declared = {
      prefix: { type: "string" },
      tags: { type: "map(string)", default: {} },
      open: { default: null },
    };
    expect(resolveVariables(declared, { prefix: "p", tags: { a: 1 } })).toEqual({
      prefix: "p",
      tags: { a: "1" },
      open: null,
    });
  });

  it("fill the optional attributes of an object, nested ones too", () => {
    const type =
      'object({name = string, repo = optional(object({branch = optional(string, "main"), id = optional(number)}), {})})';
    expect(resolveVariables({ o: { type } }, { o: { name: "n" } })).toEqual({
      o: { name: "n", repo: { branch: "main", id: null } },
    });
  });

  it("fall back to the default for null when they are not nullable", () => {
    expect(resolveVariables({ n: { type: "number", default: 3, nullable: false } }, { n: null })).toEqual({ n: 3 });
  });

  it.each([
    [{ a: {} }, {}, "var.a: it has no default: a value is needed"],
    [{}, { a: 1 }, 'the stack has no variable "a"'],
    [{ a: { type: "list(string)" } }, { a: "x" }, "var.a: a list is needed, got string"],
    [{ a: { type: "list(number)" } }, { a: [1, "x"] }, "var.a: [1]: a number is needed, got string"],
    [{ a: { type: "object({b = string})" } }, { a: {} }, 'var.a: the attribute "b" is needed'],
    [{ a: { type: "tuple([string])" } }, { a: [] }, "var.a: the type constraint is not supported here"],
  ])("rejects %j given %j: %s", (declared, given, message) => {
    expect(() => resolveVariables(declared, given)).toThrow(message);
  });

  it("rejects a value that breaks a validation rule, in the rule's own words", () => {
    const declared = {
      stage: {
        type: "string",
        validation: [{ condition: '${can(regex("^[a-z]+$", var.stage))}', error_message: "stage must be lower case." }],
      },
    };
    expect(resolveVariables(declared, { stage: "dev" })).toEqual({ stage: "dev" });
    expect(() => resolveVariables(declared, { stage: "Dev" })).toThrow("var.stage: stage must be lower case.");
  });
});
