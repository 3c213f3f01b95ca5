import { TerraformVariable } from "cdktf";
import { CustomDomain } from "../../src/domain/custom-domain";
import { CUSTOM_DOMAIN_INPUTS } from "../../src/inputs/custom-domain";
import type { CustomDomainProps } from "../../src/inputs/custom-domain-props";
import { only, type SynthesizedStack, synthesize } from "../support/synthesize";
import { describeWithTerraform } from "../support/terraform";
import { changes, type Plan, type PlannedChange } from "../support/terraform-plan";
import { TerraformWorkspace } from "../support/terraform-workspace";

jest.setTimeout(120_000);

const props: CustomDomainProps = {
  certArn: "arn:aws:acm:eu-west-1:123456789012:certificate/0b1c2d3e",
  r53ZoneId: "Z0123456789",
  domainName: "example.com",
};

function domain(more: Partial<CustomDomainProps> = {}): SynthesizedStack {
  return synthesize((stack) => {
    new CustomDomain(stack, "domain", { ...props, ...more });
  });
}

describe("CustomDomain", () => {
  it("has both names, regional with TLS 1.2, a record each, and no mapping without APIs", () => {
    const { resource } = domain();
    const names = Object.values(resource.aws_apigatewayv2_domain_name ?? {});
    const configuration = { certificate_arn: props.certArn, endpoint_type: "REGIONAL", security_policy: "TLS_1_2" };
    expect(
      Object.fromEntries(names.map(({ domain_name, domain_name_configuration: its }) => [domain_name, its])),
    ).toEqual({ "api.example.com": configuration, "live.example.com": configuration });
    const record = only(resource.aws_route53_record, ({ name }) => name === "live");
    expect(record).toMatchObject({ type: "A", zone_id: "Z0123456789" });
    expect("aws_apigatewayv2_api_mapping" in resource).toBe(false);
  });

  it("maps each API and stage by its key, with slashes or none at all", () => {
    const { resource } = domain({
      subDomains: { stateless: "rest", statefull: "push" },
      httpApis: [
        { id: "orders", key: "orders/v1", stage: "blue" },
        { id: "orders", key: "orders/v2", stage: "green" },
      ],
      wsApis: [{ id: "sumu", key: "", stage: "live" }],
    });
    const mappings = Object.values(resource.aws_apigatewayv2_api_mapping ?? {});
    expect(mappings.map(({ api_id, api_mapping_key, stage }) => [stage, api_id, api_mapping_key]).sort()).toEqual([
      ["blue", "orders", "orders/v1"],
      ["green", "orders", "orders/v2"],
      ["live", "sumu", undefined],
    ]);
  });

  it("takes names and keys that only Terraform knows, and names such a mapping by its place", () => {
    const { resource } = synthesize((stack) => {
      const key = new TerraformVariable(stack, "key", { type: "string" }).stringValue;
      new CustomDomain(stack, "domain", {
        ...props,
        subDomains: { stateless: "api", statefull: key },
        wsApis: [{ id: "sumu", key, stage: "live" }],
      });
    });
    const [address = ""] = Object.keys(resource.aws_apigatewayv2_api_mapping ?? {});
    expect(address).toMatch(/statefull_microservices_0_api_mapping/);
    expect(only(resource.aws_apigatewayv2_api_mapping).api_mapping_key).toBe("${var.key}");
  });

  it("leaves out the names without APIs when asked to", () => {
    const { resource } = domain({ omitUnusedDomains: true, wsApis: [{ id: "sumu", key: "live", stage: "live" }] });
    expect(only(resource.aws_apigatewayv2_domain_name).domain_name).toBe("live.example.com");
    expect(only(resource.aws_route53_record).name).toBe("live");
  });

  it("rejects keys that are the same or no path, with the module's words", () => {
    const api = (key: string) => ({ id: "a", key, stage: "live" });
    expect(() => domain({ wsApis: [api("live"), api("live")] })).toThrow(CUSTOM_DOMAIN_INPUTS.wsApis.rule.message);
    for (const key of ["/live", "live/", "a//b", "a b", "x".repeat(301)]) {
      expect(() => domain({ httpApis: [api(key)] })).toThrow(CUSTOM_DOMAIN_INPUTS.httpApis.rule.message);
    }
    expect(() => domain({ subDomains: { stateless: "api", statefull: "api" } })).toThrow(/^sub_domains must be/);
  });
});

describeWithTerraform("modules/core-route53", () => {
  let workspace: TerraformWorkspace;
  let plan: Plan;

  beforeAll(async () => {
    workspace = new TerraformWorkspace("test/domain/fixtures/domains");
    await workspace.init();
    plan = await workspace.plan();
  });
  afterAll(() => workspace.remove());

  /** What the plan changes in one of the fixture's modules, by the address within the module. */
  function changesOf(module: string): Map<string, PlannedChange> {
    const prefix = `module.${module}.`;
    const own = changes(plan).filter(({ address }) => address.startsWith(prefix));
    return new Map(own.map((change) => [change.address.slice(prefix.length), change]));
  }

  it("plans both domains without APIs, as the original, and none when asked to", async () => {
    expect([...changesOf("no_apis").keys()]).toEqual([
      "aws_apigatewayv2_domain_name.statefull[0]",
      "aws_apigatewayv2_domain_name.stateless[0]",
      "aws_route53_record.statefull[0]",
      "aws_route53_record.stateless[0]",
    ]);
    expect([...changesOf("no_domains").keys()]).toEqual([]);
    expect(plan.output_changes?.no_domains?.after).toEqual({
      stateless: { domain_name: null, zone_id: null },
      statefull: { domain_name: null, zone_id: null },
    });
  });

  it("plans many mappings, at the original's addresses", async () => {
    const mappings = [...changesOf("apis")].filter(([, { type }]) => type === "aws_apigatewayv2_api_mapping");
    expect(
      mappings.map(([address, { change }]) => [address, change.after?.api_mapping_key, change.after?.stage]),
    ).toEqual([
      ["aws_apigatewayv2_api_mapping.stateless_microservices[0]", "orders/v1", "blue"],
      ["aws_apigatewayv2_api_mapping.stateless_microservices[1]", "orders/v2", "green"],
      ["aws_apigatewayv2_api_mapping.stateless_microservices[2]", null, "live"],
    ]);
  });

  it("rejects keys that are the same, with the construct's words", async () => {
    const apis = JSON.stringify([
      { id: "a", key: "live", stage: "x" },
      { id: "b", key: "live", stage: "y" },
    ]);
    const refusal = await workspace.planActions("-var", `ws_apis=${apis}`).catch((error: Error) => error.message);
    expect(refusal).toContain(CUSTOM_DOMAIN_INPUTS.wsApis.rule.message);
  });
});
