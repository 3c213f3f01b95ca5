import { readFileSync } from "node:fs";
import path from "node:path";
import { applyStack, type Create } from "../../../terraform-json/apply";
import { readStack } from "../../../terraform-json/stack";
import type { ValueObject } from "../../../terraform-json/value";
import { repositoryRoot } from "../../support/terraform";

const MODULE = path.join(repositoryRoot, "modules", "serverless");

/** Attributes that AWS would give; those of a type that has none of the name are never asked for. */
const ATTRIBUTES = {
  id: "a1b2c3d4e5",
  arn: "arn:aws:service:eu-west-1:123456789012:thing",
  url: "https://sqs.eu-west-1.amazonaws.com/123456789012/queue",
  invoke_arn: "arn:aws:apigateway:eu-west-1:lambda:path/functions/arn/invocations",
  invoke_url: "wss://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com/live",
  stream_arn: "arn:aws:dynamodb:eu-west-1:123456789012:table/connections/stream/2026",
  execution_arn: "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5",
  api_endpoint: "wss://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com",
  version: "1",
  json: "{}",
  account_id: "123456789012",
  partition: "aws",
  region: "eu-west-1",
  endpoint: "ec2.eu-west-1.amazonaws.com",
  output_base64sha256: "c3VtdQ==",
};

export type Applied = Readonly<Record<string, Readonly<Record<string, ValueObject>>>>;

/**
 * The arguments that Terraform would hand to AWS: every resource of module `serverless` by type and name, expressions
 * evaluated, without those whose `count` is 0.
 */
export async function appliedModule(variables: ValueObject): Promise<Applied> {
  const stack = readStack(
    Object.assign({}, ...["main", "variables", "outputs"].map((file) => JSON.parse(read(`${file}.tf.json`)))),
  );
  const applied: Record<string, Record<string, ValueObject>> = {};
  const create =
    (type: string): Create =>
    (args, address) => {
      const name = address.slice(type.length + 1).replace(/\[0\]$/, "");
      applied[type] = { ...applied[type], [name]: args };
      return ATTRIBUTES;
    };
  const types = (kind: "resource" | "data") =>
    Object.fromEntries(
      stack.nodes.filter((node) => node.kind === kind).map(({ type }) => [type, kind === "data" ? data : create(type)]),
    );
  const given = { prefix: "acme", stage_name: "live", issuer_jwks_uri: "https://issuer.example.com/jwks.json" };
  await applyStack(stack, {
    variables: { ...given, ...variables },
    modulePath: MODULE,
    resources: types("resource"),
    data: types("data"),
  });
  return applied;
}

const data: Create = () => ATTRIBUTES;

function read(file: string): string {
  return readFileSync(path.join(MODULE, file), "utf8");
}
