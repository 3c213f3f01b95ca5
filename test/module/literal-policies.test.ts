import { readFileSync } from "node:fs";
import path from "node:path";
import { synthesizeSumu } from "../support/synthesize-sumu";
import { repositoryRoot } from "../support/terraform";

interface Statement {
  readonly sid?: string;
  readonly effect?: string;
  readonly actions?: readonly string[];
  readonly resources?: readonly string[];
  readonly principals?: readonly { readonly type: string; readonly identifiers: readonly string[] }[];
  readonly condition?: readonly { readonly test: string; readonly variable: string }[];
}

interface Document {
  readonly statement?: readonly Statement[];
  readonly dynamic?: { readonly statement: readonly { readonly content: Statement }[] };
}

/** A statement as one line. Its resources are addresses and variables, which differ: whether one is a wildcard must not. */
function line({
  sid = "",
  effect = "Allow",
  actions = [],
  resources = [],
  principals = [],
  condition = [],
}: Statement) {
  const publisher = sid.endsWith("ForThisAccount") ? "cloudwatch.amazonaws.com" : "events.amazonaws.com";
  const who = principals.map(({ type, identifiers }) =>
    `${type} ${identifiers}`
      // In the module topic_publishers is a list that Terraform goes through; in an app a local's address ends in a hash.
      .replace("${statement.value}", publisher)
      .replace(/local\.\w+_region_\w+/, "local.region"),
  );
  const when = condition.map(({ test, variable }) => `${test} ${variable}`);
  const wildcards = resources.filter((resource) => resource === "*").length;
  return [
    effect,
    sid,
    actions.join(" "),
    who.join(" "),
    when.join(" "),
    `${resources.length} resources, ${wildcards} wildcards`,
  ].join(" | ");
}

const lines = (documents: object) =>
  (Object.values(documents) as Document[])
    .flatMap(({ statement = [], dynamic }) => [
      ...statement,
      ...(dynamic?.statement ?? []).map(({ content }) => content),
    ])
    .map(line)
    .sort();

// An input that brings a statement needs a prop here.
describe("a SUMU in a CDKTF app, with every prop a literal", () => {
  const { data } = synthesizeSumu({
    apigwEndpoint: "https://live.example.com/push",
    presenceSource: "topic",
    presenceGraceSeconds: 30,
    maxConnectionsPerUser: 20,
    revocations: true,
    historySeconds: 3_600,
    channels: { public: ["news"], subscribeClaim: "channels", postClaim: "post" },
    kmsKeyArn: "arn:aws:kms:eu-west-1:123456789012:key/0b1c2d3e",
    topicPublishers: ["events.amazonaws.com", "cloudwatch.amazonaws.com"],
    tracing: true,
    vpcConfig: { subnetIds: ["subnet-0a1b2c3d"], securityGroupIds: ["sg-0a1b2c3d"] },
    s3Artifacts: { bucket: "shop-artifacts", arn: "arn:aws:s3:::shop-artifacts" },
    github: { owner: "shop", connectionArn: "arn:aws:codestar-connections:us-east-1:123456789012:connection/0b1c2d3e" },
    preRelease: false,
  });
  const module = JSON.parse(readFileSync(path.join(repositoryRoot, "modules", "serverless", "main.tf.json"), "utf8"));

  it("has the policies of the module: the same statements, actions, principals and conditions", () => {
    const own = lines(data.aws_iam_policy_document ?? {});
    expect(own.length).toBeGreaterThan(60);
    expect(own).toEqual(lines(module.data.aws_iam_policy_document));
  });
});
