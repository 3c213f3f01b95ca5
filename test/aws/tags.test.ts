import { S3Bucket } from "@cdktf/provider-aws/lib/s3-bucket";
import { SnsTopic } from "@cdktf/provider-aws/lib/sns-topic";
import { Aspects, TerraformVariable, Token } from "cdktf";
import { Construct } from "constructs";
import { type Tags, tagEverything } from "../../src/aws/tags";
import { synthesize } from "../support/synthesize";

/** The tags of one resource, which has `own` already, below a construct that is tagged. */
function tagsOf(commonTags: Tags | "a variable", own?: Tags): unknown {
  const { resource } = synthesize((stack) => {
    const scope = new Construct(stack, "scope");
    const variable = new TerraformVariable(stack, "common_tags", { type: "map(string)" });
    new SnsTopic(scope, "topic", { tags: own });
    tagEverything(scope, commonTags === "a variable" ? Token.asStringMap(variable.value) : commonTags);
  });
  return Object.values(resource.aws_sns_topic ?? {})[0]?.tags;
}

describe("tagEverything", () => {
  it("adds stack = sumu to the given tags", () => {
    expect(tagsOf({ team: "web" })).toEqual({ team: "web", stack: "sumu" });
  });

  it.each(["stack", "Stack", "STACK", "sTaCk"])("leaves a given %s as it is, and adds none beside it", (key) => {
    expect(tagsOf({ [key]: "shop", team: "web" })).toEqual({ [key]: "shop", team: "web" });
  });

  it("keeps what a resource has, before a given tag of the same key in any case of letters", () => {
    expect(tagsOf({ team: "web", env: "live" }, { Team: "orders", owner: "ann" })).toEqual({
      stack: "sumu",
      env: "live",
      Team: "orders",
      owner: "ann",
    });
    expect(tagsOf({}, { STACK: "own" })).toEqual({ STACK: "own" });
  });

  it("merges a variable's tags in Terraform, under those that the resource has", () => {
    expect(tagsOf("a variable")).toMatch(/^\$\{local\.scope_tags_\w{8}\}$/);
    expect(tagsOf("a variable", { Team: "orders" })).toMatch(
      /^\$\{merge\(\{for key, value in local\.scope_tags_\w{8} : key => value if !contains\(\["team"\], lower\(key\)\)\}, \{"Team" = "orders"\}\)\}$/,
    );
  });

  it("keeps the tags that an aspect of the caller's app has set", () => {
    const { resource } = synthesize((stack) => {
      const scope = new Construct(stack, "scope");
      new S3Bucket(scope, "bucket");
      tagEverything(scope, { team: "web" });
      Aspects.of(stack).add({
        visit: (node) => {
          if (node instanceof S3Bucket) node.tags = { ...node.tagsInput, cost_center: "4711" };
        },
      });
    });
    expect(Object.values(resource.aws_s3_bucket ?? {})[0]?.tags).toEqual({
      team: "web",
      stack: "sumu",
      cost_center: "4711",
    });
  });
});
