import { type ClaimRules, refuseClaims } from "../../../handlers/authorizer/claims";

const NOW = 1_800_000_000;
const RULES: ClaimRules = { audiences: [], verifyExpiration: true, clockToleranceSeconds: 0 };
const CLAIMS = { sub: "u1", exp: NOW + 60 };

const refuse = (claims: Record<string, unknown>, rules: Partial<ClaimRules> = {}) =>
  refuseClaims({ ...CLAIMS, ...claims }, { ...RULES, ...rules }, NOW);

describe("refuseClaims", () => {
  it("admits a subject whose token is in time", () => {
    expect(refuse({})).toBeUndefined();
  });

  describe("time", () => {
    it.each([
      ["a second before exp", { exp: NOW + 1 }, 0, undefined],
      ["at exp", { exp: NOW }, 0, "token_expired"],
      ["within the tolerance after exp", { exp: NOW - 29 }, 30, undefined],
      ["at the end of the tolerance after exp", { exp: NOW - 30 }, 30, "token_expired"],
      ["at nbf", { nbf: NOW }, 0, undefined],
      ["a second before nbf", { nbf: NOW + 1 }, 0, "token_not_yet_valid"],
      ["within the tolerance before nbf", { nbf: NOW + 30 }, 30, undefined],
      ["a second before the tolerance", { nbf: NOW + 31 }, 30, "token_not_yet_valid"],
      ["with a fraction of a second to go", { exp: NOW + 0.5 }, 0, undefined],
    ])("%s with %j and %i s of tolerance: %s", (_, claims, clockToleranceSeconds, reason) => {
      expect(refuse(claims, { clockToleranceSeconds })).toBe(reason);
    });

    it.each([{ exp: undefined }, { exp: null }])("rejects %j, a token without exp", (claims) => {
      expect(refuse(claims)).toBe("expiration_missing");
    });

    it("admits a token whose nbf is null", () => {
      expect(refuse({ nbf: null })).toBeUndefined();
    });

    it.each([{ exp: String(NOW + 60) }, { exp: JSON.parse("1e999") }, { exp: [NOW + 60] }, { nbf: "0" }])(
      "rejects %j as claim_malformed",
      (claims) => {
        expect(refuse(claims)).toBe("claim_malformed");
      },
    );

    it.each([{ exp: 1 }, { exp: undefined }, { exp: "never" }, { nbf: NOW + 60 }])(
      "does not look at %j when expiration is not verified",
      (claims) => {
        expect(refuse(claims, { verifyExpiration: false })).toBeUndefined();
      },
    );
  });

  describe("audience", () => {
    const audiences = ["web", "app"];

    it.each([
      ["any audience when none is listed", { aud: "other" }, []],
      ["no audience when none is listed", {}, []],
      ["aud as a string", { aud: "app" }, audiences],
      ["aud as an array with a listed one", { aud: ["other", "web"] }, audiences],
      ["client_id in the absence of aud", { client_id: "web" }, audiences],
      ["client_id beside aud null", { aud: null, client_id: "web" }, audiences],
      ["azp beside another aud, as Keycloak has it", { aud: "account", azp: "web" }, audiences],
      ["azp in the absence of aud", { azp: "web" }, audiences],
      ["azp beside another client_id", { client_id: "other", azp: "web" }, audiences],
    ])("admits %s", (_, claims, listed) => {
      expect(refuse(claims, { audiences: listed })).toBeUndefined();
    });

    it.each([
      ["another aud", { aud: "other" }],
      ["other letter case", { aud: "Web" }],
      ["a longer aud", { aud: "web,app" }],
      ["an empty array", { aud: [] }],
      ["an array of arrays", { aud: [["web"]] }],
      ["a number", { aud: 1 }],
      ["null", { aud: null }],
      ["another azp", { aud: "other", azp: "other" }],
      ["an azp of null", { azp: null }],
      ["another aud beside a listed client_id", { aud: "other", client_id: "web" }],
      ["another client_id", { client_id: "other" }],
      ["neither claim", {}],
    ])("rejects %s as audience_mismatch", (_, claims) => {
      expect(refuse(claims, { audiences })).toBe("audience_mismatch");
    });
  });

  describe("issuer", () => {
    const issuer = "https://issuer.example/";

    it("admits the issuer that is configured", () => {
      expect(refuse({ iss: issuer }, { issuer })).toBeUndefined();
    });

    it.each([{ iss: "https://issuer.example" }, { iss: [issuer] }, {}])("rejects %j as issuer_mismatch", (claims) => {
      expect(refuse(claims, { issuer })).toBe("issuer_mismatch");
    });
  });
});
