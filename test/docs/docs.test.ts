import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { ALGORITHMS } from "../../handlers/authorizer/algorithms";
import { DENY_REASONS } from "../../handlers/authorizer/deny-reason";
import { doctorBlocks, operatorBlocks } from "../../scripts/doctor-checks";
import { fillBlocks } from "../../scripts/generated-blocks";
import { operationsBlocks } from "../../scripts/operations-tables";
import { wireContractBlocks } from "../../scripts/wire-contract";
import { INPUTS } from "../../src/inputs/inputs";

const ROOT = path.resolve(__dirname, "..", "..");
const read = (file: string) => readFileSync(path.join(ROOT, file), "utf8");
const PAGES = [
  "README.md",
  ...readdirSync(path.join(ROOT, "docs"))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
  "CONTRIBUTING.md",
  "SECURITY.md",
  "examples/backend/README.md",
  "examples/browser/README.md",
  "examples/cdktf/README.md",
];

/** A heading's anchor as GitHub makes it. */
const anchor = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");

const anchorsOf = (page: string) =>
  [
    ...read(page)
      .replace(/^```.*?^```/gms, "")
      .matchAll(/^#+ (.+)$/gm),
  ].map(([, heading = ""]) => anchor(heading));

describe("the docs", () => {
  it.each(PAGES)("%s: links only to files that are there", (page) => {
    const links = [...read(page).matchAll(/\]\((?!https?:|#)([^)#]+)(?:#[^)]*)?\)/g)].map(([, link = ""]) => link);
    const missing = links.filter((link) => !existsSync(path.join(ROOT, path.dirname(page), link)));
    expect(missing).toEqual([]);
  });

  it.each(PAGES)("%s: links only to headings that are there", (page) => {
    const links = [...read(page).matchAll(/\]\((?!https?:)([^)#]*)#([^)]+)\)/g)];
    const missing = links.filter(([, file = "", heading = ""]) => {
      const target = file === "" ? page : path.join(path.dirname(page), file);
      return target.endsWith(".md") && !anchorsOf(target).includes(heading);
    });
    expect(missing.map(([link]) => link)).toEqual([]);
  });

  it.each(PAGES)("%s: names only npm scripts that are there", (page) => {
    const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
    const named = [...read(page).matchAll(/npm run (?:-s )?([a-z:]+)/g)].map(([, name = ""]) => name);
    expect(named.filter((name) => scripts[name] === undefined)).toEqual([]);
  });

  it("hold the wire contract as the schemas state it", () => {
    const page = read("docs/wire-contract.md");
    const blocks = wireContractBlocks();
    const named = [...page.matchAll(/<!-- generated: ([a-z-]+) -->/g)].map(([, name]) => name);
    expect(named.sort()).toEqual(Object.keys(blocks).sort());
    expect(fillBlocks(page, blocks)).toBe(page);
  });

  it("hold the checks and the rights of the operator's tool as its tables have them", () => {
    const page = read("docs/doctor.md");
    expect(fillBlocks(page, doctorBlocks())).toBe(page);
    const tool = read("docs/operator-tool.md");
    expect(fillBlocks(tool, operatorBlocks())).toBe(tool);
  });

  it("hold the alarms, the dead-letter queues, the metrics and the log codes as the code has them", () => {
    const page = read("docs/operations.md");
    expect(page.match(/<!-- generated: /g)).toHaveLength(5);
    expect(fillBlocks(page, operationsBlocks())).toBe(page);
  });

  it("give inputs for identity providers that the module takes", () => {
    const page = read("docs/identity-providers.md");
    const values = (input: string, pattern: string) =>
      [...page.matchAll(new RegExp(`^${input} += ${pattern}`, "gm"))].map(([, value = ""]) => value);
    const uris = values("issuer_jwks_uri", '"(.*?)"');
    const issuers = values("authorized_issuer", '"(.*?)"');
    const audiences = values("authorized_audiences", '\\["(.*?)"\\]');
    expect([uris.length, issuers.length, audiences.length]).toEqual([4, 4, 4]);
    expect(uris.filter((uri) => !INPUTS.issuerJwksUri.rule.holds(uri))).toEqual([]);
    expect(issuers.filter((issuer) => !INPUTS.authorizedIssuer.rule.holds(issuer))).toEqual([]);
    expect(audiences.filter((audience) => !INPUTS.authorizedAudiences.rule.holds([audience]))).toEqual([]);
  });

  it("explain every reason for which the authorizer refuses, in its order", () => {
    const page = read("docs/operations.md");
    const [, rows = ""] = page.split("<!-- generated: refusals");
    const codes = [...(rows.split("\n### ")[0] ?? "").matchAll(/^\| `([a-z_]+)` \|/gm)].map(([, code]) => code);
    expect(codes).toEqual([...DENY_REASONS]);
  });

  it("name algorithms and reasons of refusal that the authorizer has", () => {
    const page = read("docs/identity-providers.md");
    const families = new Set(Object.keys(ALGORITHMS).map((name) => name.replace(/\d+$/, "")));
    expect([...families].sort()).toEqual(["ES", "Ed", "EdDSA", "PS", "RS"]);
    for (const reason of ["audience_mismatch", "token_expired"] as const) {
      expect(page).toContain(reason);
      expect(DENY_REASONS).toContain(reason);
    }
  });
});
