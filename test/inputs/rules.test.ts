import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Token } from "cdktf";
import { describeWithTerraform, runTerraform } from "../support/terraform";
import { CUSTOM_DOMAIN_RULED_INPUTS, camelCased, SUMU_RULED_INPUTS } from "./ruled-inputs";

jest.setTimeout(60_000);

const RULED_INPUTS = [...SUMU_RULED_INPUTS, ...CUSTOM_DOMAIN_RULED_INPUTS];

/** jest spreads a sample that is an array; the title of a long one is cut short. */
function wrapped(values: readonly unknown[]): { value: unknown; toJSON: () => unknown }[] {
  return values.map((value) => ({ value, toJSON: () => JSON.stringify(value).slice(0, 60) }));
}

/** The value with all of its texts as tokens, and with each of them alone. */
function withTokens(value: unknown): unknown[] {
  const texts = JSON.stringify(value).match(/(?<=[[:,])"[^"]*"/g)?.length ?? 0;
  const replaced = (which: (index: number) => boolean) => {
    let index = 0;
    const walk = (inner: unknown): unknown => {
      if (typeof inner === "string") return which(index++) ? Token.asString({ resolve: () => "" }) : inner;
      if (Array.isArray(inner)) return inner.map(walk);
      if (typeof inner !== "object" || inner === null) return inner;
      return Object.fromEntries(Object.entries(inner as object).map(([key, item]) => [key, walk(item)]));
    };
    return walk(value);
  };
  return [replaced(() => true), ...Array.from({ length: texts }, (_, one) => replaced((index) => index === one))];
}

describe.each(RULED_INPUTS)("rule of $variable", ({ variable, rule, valid, invalid }) => {
  it("has samples of what it takes and of what it refuses", () => {
    expect([valid.length > 0, invalid.length > 0]).toEqual([true, true]);
  });

  it.each(wrapped(valid))("takes %j", ({ value }) => {
    expect(rule.holds(camelCased(value) as never)).toBe(true);
  });

  it.each(wrapped(invalid))("refuses %j", ({ value }) => {
    expect(rule.holds(camelCased(value) as never)).toBe(false);
  });

  it("takes a sample of which an attribute or a variable is a part", () => {
    for (const sample of valid.filter((value) => typeof value === "object").map(camelCased)) {
      for (const value of withTokens(sample)) expect([value, rule.holds(value as never)]).toEqual([value, true]);
    }
  });

  it("says in one sentence what is required", () => {
    expect(rule.message).toMatch(new RegExp(`^${variable} must [^\\n]+\\.$`));
  });
});

describe("an input that has a rule and may be null", () => {
  it("is every one that has no default of its own", () => {
    expect(
      RULED_INPUTS.filter(({ mayBeNull }) => mayBeNull)
        .map(({ variable }) => variable)
        .sort(),
    ).toEqual([
      "apigw_endpoint",
      "authorized_issuer",
      "authorizer_reserved_concurrency",
      "channels",
      "ci_notifications_slack_channels",
      "connections_table_name",
      "github",
      "github_repositories",
      "kms_key_arn",
      "max_connections_per_user",
      "permissions_boundary",
      "pusher_maximum_concurrency",
      "pusher_reserved_concurrency",
      "s3_artifacts",
      "vpc_config",
    ]);
  });
});

describeWithTerraform("the rules as Terraform reads them", () => {
  it("decide each sample as the construct does, and let null stand for a missing input", async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "sumu-rules-"));
    try {
      const verdicts: Record<string, { value: string }> = {};
      const locals: Record<string, unknown> = {};
      const expected: Record<string, boolean> = {};
      for (const { variable, condition, valid, invalid, mayBeNull } of RULED_INPUTS) {
        const samples = [...valid, ...(mayBeNull ? [null] : []), ...invalid];
        samples.forEach((value, index) => {
          const name = `${variable}_${index}`;
          // Terraform JSON reads ${ as a template, in a sample too.
          locals[name] = JSON.parse(JSON.stringify(value).replaceAll("${", () => "$${"));
          verdicts[name] = { value: `\${${condition(`local.${name}`)}}` };
          expected[name] = index < samples.length - invalid.length;
        });
      }
      writeFileSync(path.join(folder, "main.tf.json"), JSON.stringify({ locals, output: verdicts }, null, 1));
      await runTerraform(folder, "init", "-no-color");
      await runTerraform(folder, "apply", "-no-color", "-auto-approve");
      const outputs = JSON.parse(await runTerraform(folder, "output", "-json")) as Record<string, { value: boolean }>;
      expect(Object.fromEntries(Object.entries(outputs).map(([name, { value }]) => [name, value]))).toEqual(expected);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
