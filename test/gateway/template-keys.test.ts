import { Sumu } from "../../src/sumu";
import { synthesize } from "../support/synthesize";

const { resource } = synthesize((stack) => {
  new Sumu(stack, "sumu", {
    prefix: "shop",
    stageName: "live",
    issuerJwksUri: "https://issuer.example.com/jwks.json",
  });
});

type Templates = Readonly<Record<string, string>>;

/** The templates of the resource of that route. */
function templates(type: string, id: string, argument: string): Templates {
  const [, block] = Object.entries(resource[type] ?? {}).find(([name]) => name.includes(`gateway_${id}_`)) ?? [];
  return block?.[argument] as Templates;
}

describe("the original's keys of templates", () => {
  // AWS merges: what an update leaves out stays in the API, and Terraform would show it at every plan.
  it.each([
    ["$connect", "aws_apigatewayv2_integration", "connect", "request_templates", "application/json", "$default"],
    ["$disconnect", "aws_apigatewayv2_integration", "disconnect", "request_templates", "application/json", "$default"],
    ["a pong", "aws_apigatewayv2_integration_response", "ping", "response_templates", "200", "$default"],
  ])("of %s have the template that is in use", (_, type, id, argument, original, own) => {
    const found = templates(type, id, argument);
    expect(Object.keys(found).sort()).toEqual([original, own].sort());
    expect(found[original]).toBe(found[own]);
  });

  it("of ping is the one that is in use", () => {
    expect(templates("aws_apigatewayv2_integration", "ping", "request_templates")).toEqual({
      "200": '{"statusCode":200}',
    });
  });
});
