import { writeFileSync } from "node:fs";
import path from "node:path";
import { App, TerraformStack } from "cdktf";
import { CustomDomain } from "../../src/domain/custom-domain";
import type { CustomDomainProps } from "../../src/inputs/custom-domain-props";
import { INPUTS } from "../../src/inputs/inputs";
import type { SumuProps } from "../../src/inputs/sumu-props";
import { SUMU_VARIABLES } from "../../src/module/sumu-variables";
import { Sumu } from "../../src/sumu";
import { CUSTOM_DOMAIN_RULED_INPUTS, camelCased, SUMU_RULED_INPUTS } from "../inputs/ruled-inputs";
import { FEWEST } from "../support/synthesize-sumu";
import { describeWithTerraform } from "../support/terraform";
import { TerraformWorkspace } from "../support/terraform-workspace";

jest.setTimeout(60_000);

const validDomain: CustomDomainProps = {
  certArn: "arn:aws:acm:eu-west-1:123456789012:certificate/0b1c2d3e",
  r53ZoneId: "Z0123456789",
  domainName: "example.com",
};

function construct(props: Partial<SumuProps>): Sumu {
  return new Sumu(new TerraformStack(new App(), "stack"), "sumu", { ...FEWEST, ...props });
}

describe("a construct with an invalid literal", () => {
  const first = (inputs: typeof SUMU_RULED_INPUTS) =>
    inputs.map(({ prop, variable, invalid: [sample], rule }) => ({
      variable,
      props: { [prop]: camelCased(sample) },
      message: rule.message,
    }));

  it.each(first(SUMU_RULED_INPUTS))("rejects $variable by the variable's own words", ({ props, message }) => {
    expect(() => construct(props)).toThrow(new RangeError(message));
  });

  it.each(first(CUSTOM_DOMAIN_RULED_INPUTS))("rejects $variable of a domain likewise", ({ props, message }) => {
    const stack = new TerraformStack(new App(), "stack");
    expect(() => new CustomDomain(stack, "domain", { ...validDomain, ...props })).toThrow(new RangeError(message));
  });

  it("rejects a prefix with which a name would overrun AWS's limit, and takes one a character shorter", () => {
    expect(() => construct({ prefix: "p".repeat(40) })).toThrow(new RangeError(INPUTS.prefix.rule.message));
    expect(() => construct({ prefix: "p".repeat(39) })).not.toThrow();
  });
});

describeWithTerraform("the module with invalid variables", () => {
  let workspace: TerraformWorkspace;
  beforeAll(async () => {
    workspace = new TerraformWorkspace("modules/serverless");
    await workspace.init();
  });
  afterAll(() => workspace.remove());

  /** What a plan with these variables refuses: input and the rule's words. */
  async function refusals(variables: Readonly<Record<string, unknown>>): Promise<Record<string, string>> {
    writeFileSync(path.join(workspace.path, "terraform.tfvars.json"), JSON.stringify(variables));
    const printed = await workspace.terraform("plan", "-json").catch((error: Error) => error.message);
    const found: Record<string, string> = {};
    for (const line of printed.split("\n").filter((text) => text.startsWith("{"))) {
      const { type, diagnostic } = JSON.parse(line) as {
        type: string;
        diagnostic?: { summary: string; detail: string };
      };
      if (type === "diagnostic" && diagnostic?.summary === "Invalid value for variable") {
        const [message = ""] = diagnostic.detail.split("\n\n");
        found[message.split(" ")[0] ?? ""] = message;
      }
    }
    return found;
  }

  it("is refused at plan, each variable by its rule", async () => {
    const first = SUMU_RULED_INPUTS.map(({ variable, invalid: [sample] }) => [variable, sample]);
    // Objects of which Terraform fills in the rest.
    const partial = {
      github_repositories: { authorizer: { name: "shop/web" } },
      github_repository: { pusher: { branch: "" } },
    };
    const variables = { ...Object.fromEntries(first), ...partial };
    const ruled = Object.entries(SUMU_VARIABLES).filter(([, { rule }]) => rule !== undefined);
    expect(Object.keys(variables).sort()).toEqual(ruled.map(([name]) => name).sort());
    expect(await refusals(variables)).toEqual({
      ...Object.fromEntries(SUMU_RULED_INPUTS.map(({ variable, rule }) => [variable, rule.message])),
      github_repository: INPUTS.githubRepositories.rule.message.replace("github_repositories", "github_repository"),
    });
  });

  it("is refused for a prefix with which a name would overrun AWS's limit", async () => {
    const rest = { stage_name: "live", issuer_jwks_uri: "https://issuer.example.com/jwks.json" };
    expect(await refusals({ ...rest, prefix: "p".repeat(40) })).toEqual({ prefix: INPUTS.prefix.rule.message });
  });

  it("takes null for what has a default", async () => {
    const given = {
      prefix: "p".repeat(39),
      stage_name: "live",
      issuer_jwks_uri: "https://issuer.example.com/jwks.json",
      authorized_audiences: null,
      presence_source: null,
      apigw_endpoint: null,
      log_retention_days: null,
      log_level: null,
      alarm_actions: null,
      dashboard: null,
      tracing: null,
    };
    expect(await refusals(given)).toEqual({});
  });
});
