import { readFileSync } from "node:fs";
import path from "node:path";
import { parseFlowchart } from "./support/mermaid";
import { repositoryRoot } from "./support/terraform";

type Named = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

const read = (...names: string[]) => readFileSync(path.join(repositoryRoot, ...names), "utf8");

const { resource, data } = JSON.parse(read("modules", "serverless", "main.tf.json")) as {
  resource: Readonly<Record<string, Named>>;
  data: Readonly<Record<string, Named>>;
};
const [, diagram = ""] = /```mermaid\n(.+?)```/s.exec(read("README.md")) ?? [];
const { shapes, edges } = parseFlowchart(diagram);

/** Which node of the diagram stands for a resource. What failed, and what waits within a part, has none of its own. */
function nodeOf(address: string): string | undefined {
  const [type = "", name = ""] = address.split(".");
  if (name.endsWith("_dlq")) return undefined;
  if (type.startsWith("aws_apigatewayv2_")) return "api";
  if (type === "aws_lambda_function" || type === "aws_lambda_alias") return name.replace(/_released$/, "");
  if (type === "aws_dynamodb_table") return name === "presence" ? "states" : name;
  if (type === "aws_sqs_queue" || type === "aws_sns_topic") return name === "presence_grace" ? "presence" : name;
  return undefined;
}

/** The resources and documents that a block refers to. */
function references(block: unknown): string[] {
  return JSON.stringify(block ?? "").match(/(data\.)?\baws_\w+\.\w+/g) ?? [];
}

function nodesIn(block: unknown): string[] {
  return references(block).flatMap((address) => nodeOf(address) ?? []);
}

const blocks = (type: string) => Object.values(resource[type] ?? {});
const addresses = (type: string) => Object.keys(resource[type] ?? {}).map((name) => `${type}.${name}`);

/** Two nodes as one text, whichever comes first. */
const pair = (one: string, other: string) => [one, other].sort().join(" - ");

/** What acts by a role: a function, or the API. */
function actors(role: string): string[] {
  const by = (type: string, argument: string) =>
    Object.entries(resource[type] ?? {})
      .filter(([, block]) => references(block[argument]).includes(role))
      .map(([name]) => nodeOf(`${type}.${name}`) ?? name);
  return [...by("aws_lambda_function", "role"), ...by("aws_apigatewayv2_integration", "credentials_arn")];
}

/** Which parts have to do with each other: who invokes whom, and who may do something to whom. */
function connectedParts(): Set<string> {
  const found = new Set<string>();
  const connect = (ones: readonly string[], others: readonly string[]) => {
    for (const one of ones) {
      for (const other of others) if (one !== other) found.add(pair(one, other));
    }
  };
  for (const mapping of blocks("aws_lambda_event_source_mapping")) {
    connect(nodesIn(mapping.event_source_arn), nodesIn(mapping.function_name));
  }
  for (const subscription of blocks("aws_sns_topic_subscription")) {
    connect(nodesIn(subscription.topic_arn), nodesIn([subscription.endpoint, subscription.depends_on]));
  }
  for (const { api_id, authorizer_uri } of blocks("aws_apigatewayv2_authorizer")) {
    connect(nodesIn(api_id), nodesIn(authorizer_uri));
  }
  for (const { role, policy } of blocks("aws_iam_role_policy")) {
    const documents = references(policy).map((address) => data.aws_iam_policy_document?.[address.split(".")[2] ?? ""]);
    connect(references(role).flatMap(actors), nodesIn(documents));
  }
  return found;
}

describe("the architecture in the README", () => {
  const OUTSIDE = ["backend", "client"];

  it("shows every function, table, topic and queue, each in the shape of its kind", () => {
    const expected = new Map<string, string>([["api", "["]]);
    const show = (types: readonly string[], shape: string) => {
      for (const address of types.flatMap(addresses)) {
        const node = nodeOf(address);
        // The queue in which an OFFLINE waits is within the presence watchdog.
        if (node !== undefined && address !== "aws_sqs_queue.presence_grace") expected.set(node, shape);
      }
    };
    show(["aws_lambda_function"], "[[");
    show(["aws_dynamodb_table"], "[(");
    show(["aws_sqs_queue", "aws_sns_topic"], "{{");
    for (const node of OUTSIDE) expected.set(node, "([");
    expect(Object.fromEntries([...shapes].sort())).toEqual(Object.fromEntries([...expected].sort()));
  });

  it("connects the parts that invoke each other or may do something to each other, and no others", () => {
    const drawn = edges
      .filter(({ from, to }) => !OUTSIDE.includes(from) && !OUTSIDE.includes(to))
      .map(({ from, to }) => pair(from, to));
    expect([...new Set(drawn)].sort()).toEqual([...connectedParts()].sort());
  });

  it("names every route that leads to a service", () => {
    const routes = blocks("aws_apigatewayv2_route").filter(({ target }) => {
      const [, name = ""] = references(target)[0]?.split(".") ?? [];
      return resource.aws_apigatewayv2_integration?.[name]?.integration_type !== "MOCK";
    });
    const labels = edges.filter(({ from }) => from === "api").map(({ label }) => label);
    const named = labels.flatMap((label) => label.split(":")[0]?.split(", ") ?? []);
    expect([...new Set(named)].sort()).toEqual(routes.map(({ route_key }) => route_key).sort());
  });
});
