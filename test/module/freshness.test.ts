import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { writeModules } from "../../scripts/write-modules";
import { repositoryRoot } from "../support/terraform";

/** Content by path, without what terraform leaves behind. */
function contents(folder: string, below = ""): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of readdirSync(path.join(folder, below))) {
    const file = path.join(below, name);
    if ([".terraform", ".sumu", ".terraform.lock.hcl"].includes(name)) {
      continue;
    }
    if (statSync(path.join(folder, file)).isDirectory()) {
      Object.assign(found, contents(folder, file));
    } else {
      found[file] = readFileSync(path.join(folder, file), "utf8");
    }
  }
  return found;
}

describe("modules/", () => {
  it("is what npm run modules writes now, without a warning", () => {
    const scratch = mkdtempSync(path.join(tmpdir(), "sumu-modules-test-"));
    const warn = jest.spyOn(console, "warn").mockImplementation(() => {});
    try {
      writeModules(scratch);
      expect(warn.mock.calls).toEqual([]);
      const written = contents(scratch);
      const committed = contents(path.join(repositoryRoot, "modules"));
      expect(Object.keys(committed).sort()).toEqual(Object.keys(written).sort());
      const stale = Object.keys(written).filter((file) => committed[file] !== written[file]);
      expect(stale).toEqual([]);
    } finally {
      warn.mockRestore();
      rmSync(scratch, { recursive: true, force: true });
    }
  });
});

describe("modules/serverless", () => {
  const read = (name: string) =>
    JSON.parse(readFileSync(path.join(repositoryRoot, "modules", "serverless", name), "utf8")) as Record<
      string,
      Record<string, Record<string, Record<string, unknown>>>
    >;

  it("keeps its addresses: states, moved blocks and snapshots hold them", () => {
    const { resource = {}, data = {} } = read("main.tf.json");
    const addresses = (blocks: object, kind = "") =>
      Object.entries(blocks).flatMap(([type, named]) =>
        Object.keys(named as object).map((name) => `${kind}${type}.${name}`),
      );
    expect([...addresses(resource), ...addresses(data, "data.")].join("\n")).toMatchSnapshot();
  });

  it("has neither provider nor backend of its own, and provider ranges", () => {
    const files = readdirSync(path.join(repositoryRoot, "modules", "serverless")).filter((name) =>
      name.endsWith(".json"),
    );
    expect(files).toEqual(["main.tf.json", "outputs.tf.json", "variables.tf.json", "versions.tf.json"]);
    expect(Object.keys(read("main.tf.json"))).not.toContain("provider");
    expect(read("versions.tf.json")).toEqual({
      "//": expect.any(String),
      terraform: {
        required_version: ">= 1.3.0",
        required_providers: {
          archive: { source: "hashicorp/archive", version: ">= 2.4.0, < 3.0.0" },
          aws: { source: "hashicorp/aws", version: ">= 6.21.0, < 7.0.0" },
        },
      },
    });
  });

  it("has no note but what a block accepts of the scanner's findings, with a reason", () => {
    const { resource = {}, data = {} } = read("main.tf.json");
    const notes = [resource, data].flatMap((types) =>
      Object.values(types).flatMap((named) => Object.values(named).flatMap((block) => block["//"] ?? [])),
    );
    expect(notes.length).toBeGreaterThan(10);
    for (const note of notes as Record<string, Record<string, string>>[]) {
      expect(Object.keys(note)).toEqual(["accepted_findings"]);
      for (const [check, reason] of Object.entries(note.accepted_findings ?? {})) {
        expect({ check, reason }).toEqual({
          check: expect.stringMatching(/^CKV2?_AWS_\d+$/),
          reason: expect.stringMatching(/^.{30,}\.$/),
        });
      }
    }
  });

  it("describes and types every variable, validates all but booleans and presence_source", () => {
    const variables = Object.entries(read("variables.tf.json").variable ?? {});
    for (const [name, variable] of variables) {
      expect({ name, type: typeof variable.type, description: typeof variable.description }).toEqual({
        name,
        type: "string",
        description: "string",
      });
    }
    const free = variables.filter(([, { validation }]) => validation === undefined).map(([name]) => name);
    expect(free.sort()).toEqual([
      "dashboard",
      "deletion_protection",
      "encrypt_topics",
      "end_connections_with_token",
      "keep_original_rights",
      "pre_release",
      "presence_source",
      "revocations",
      "tracing",
      "verify_token_expiration",
    ]);
  });

  it("describes every output, in the shapes of the interface", () => {
    const outputs = Object.entries(read("outputs.tf.json").output ?? {});
    for (const [name, { description }] of outputs) {
      expect({ name, description }).toEqual({ name, description: expect.stringMatching(/\.$/) });
    }
    const shape = (value: unknown): unknown =>
      typeof value === "object" && value !== null
        ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shape(inner)]))
        : "string";
    const channel = {
      topic: { name: "string", arn: "string" },
      queue: { arn: "string", url: "string", name: "string" },
    };
    expect(Object.fromEntries(outputs.map(([name, { value }]) => [name, shape(value)]))).toEqual({
      ws_api_id: "string",
      ws_api_stage_name: "string",
      notifications: channel,
      messages: channel,
      connections_table: { name: "string", arn: "string", stream_arn: "string" },
      presence_table: { name: "string", arn: "string" },
      revocations_table: { name: "string", arn: "string" },
      history_table: { name: "string", arn: "string" },
      subscriptions_table: { name: "string", arn: "string" },
      websocket_url: "string",
      kms_key_policy_json: "string",
    });
  });
});
