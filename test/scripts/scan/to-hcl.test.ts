import { readFileSync } from "node:fs";
import path from "node:path";
import { type Body, toHcl } from "../../../scripts/scan/to-hcl";
import { repositoryRoot } from "../../support/terraform";

function hcl(block: Body): string {
  return toHcl({ resource: { t: { n: block } } });
}

describe("a module's JSON in native syntax", () => {
  it("has arguments, blocks and maps where the provider has them", () => {
    const block = {
      name: "n",
      count: 2,
      enabled: true,
      nothing: null,
      actions: ["a", "b"],
      statement: [{ sid: "one" }, { sid: "two" }],
      ttl: { enabled: false },
      empty: [],
      tags: { "a b": "c" },
    };
    expect(hcl(block)).toBe(`resource "t" "n" {
  name = "n"
  count = 2
  enabled = true
  nothing = null
  actions = ["a", "b"]
  statement {
    sid = "one"
  }
  statement {
    sid = "two"
  }
  ttl {
    enabled = false
  }
  empty = []
  tags = { "a b" = "c" }
}
`);
  });

  it("keeps expressions as they are, whatever quotes and braces they hold", () => {
    const block = {
      whole: '${replace(a.b, "wss://", "${c.d}")}',
      part: 'x/${substr("${var.prefix}-y", 0, 20)}/*',
      map: '${{"a" = {"b" = 1}}}',
      brace: '${f("}")}!',
      escaped: '${f("\\"}")}!',
      literal: '$${not} "quoted" \\ \n',
    };
    expect(hcl(block).split("\n").slice(1, -2)).toEqual([
      '  whole = replace(a.b, "wss://", "${c.d}")',
      '  part = "x/${substr("${var.prefix}-y", 0, 20)}/*"',
      '  map = {"a" = {"b" = 1}}',
      '  brace = "${f("}")}!"',
      '  escaped = "${f("\\"}")}!"',
      '  literal = "$${not} \\"quoted\\" \\\\ \\n"',
    ]);
  });

  it("has dynamic blocks, and references without quotes", () => {
    const module = {
      resource: {
        t: {
          n: {
            "//": { note: "left out" },
            depends_on: ["a.b", "c.d"],
            lifecycle: { ignore_changes: ["filename"] },
            dynamic: {
              one: { for_each: "${[var.x]}", content: { v: "${one.value}" } },
              two: [{ for_each: [1], content: {} }],
            },
          },
        },
      },
      data: { t: { n: {} } },
      variable: { x: { type: "string", default: null }, y: { type: "string" } },
      locals: { z: "${var.x}" },
    };
    expect(toHcl(module)).toBe(`resource "t" "n" {
  depends_on = [a.b, c.d]
  lifecycle {
    ignore_changes = [filename]
  }
  dynamic "one" {
    for_each = [var.x]
    content {
      v = one.value
    }
  }
  dynamic "two" {
    for_each = [1]
    content {
    }
  }
}

data "t" "n" {
}

variable "x" {
  default = null
}

variable "y" {
}

locals {
  z = var.x
}
`);
  });

  it("rejects an expression without an end", () => {
    expect(() => hcl({ name: "${var.x" })).toThrow("An expression does not end: var.x");
  });
});

it("every module can be written so", () => {
  for (const name of ["serverless", "core-route53", "global", "key-policy"]) {
    const file = path.join(repositoryRoot, "modules", name, "main.tf.json");
    expect(toHcl(JSON.parse(readFileSync(file, "utf8")) as Body)).not.toContain("[object");
  }
});
