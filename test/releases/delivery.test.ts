import { S3Bucket } from "@cdktf/provider-aws/lib/s3-bucket";
import { TerraformVariable, Token } from "cdktf";
import type { SumuProps } from "../../src/inputs/sumu-props";
import { only, type SynthesizedStack } from "../support/synthesize";
import { FEWEST, synthesizeSumu as sumu } from "../support/synthesize-sumu";

const delivered: SumuProps = {
  ...FEWEST,
  s3Artifacts: { bucket: "shop-artifacts", arn: "arn:aws:s3:::shop-artifacts" },
  github: {
    owner: "shop",
    connectionArn: "arn:aws:codestar-connections:eu-west-1:123456789012:connection/0b1c2d3e",
  },
};

const named = (name: string) => (block: Readonly<Record<string, unknown>>) => block.name === name;
const DELIVERY_TYPES = ["aws_codepipeline", "aws_codebuild_project", "aws_codestarnotifications_notification_rule"];

function lifecycles(stack: SynthesizedStack, type: string, name: string): Record<string, unknown> {
  const blocks = Object.values(stack.resource[type] ?? {});
  return Object.fromEntries(blocks.map((block) => [String(block[name]), block.lifecycle]));
}

describe("delivery pipelines", () => {
  it("do not exist without both a bucket and a GitHub owner", () => {
    for (const props of [FEWEST, { ...delivered, github: undefined }, { ...delivered, s3Artifacts: undefined }]) {
      const stack = sumu({ ...props, ciNotificationsSlackChannels: { info: "info", alert: "alert" } });
      expect(DELIVERY_TYPES.filter((type) => type in stack.resource)).toEqual([]);
      expect(Object.keys(lifecycles(stack, "aws_lambda_function", "function_name")).sort()).toEqual([
        "shop-sumu-authorizer-codeless",
        "shop-sumu-presence",
        "shop-sumu-pusher-codeless",
      ]);
    }
  });

  it("take attributes and variables inside of their objects", () => {
    const { resource } = sumu((stack) => {
      const bucket = new S3Bucket(stack, "artifacts");
      const variable = (name: string) => new TerraformVariable(stack, name, { type: "string" }).stringValue;
      const connectionArn = variable("connection");
      const repository = { name: variable("repository"), branch: variable("branch") };
      return {
        s3Artifacts: { bucket: bucket.bucket, arn: bucket.arn },
        github: { owner: "shop", connectionArn },
        githubRepositories: { authorizer: repository, pusher: repository },
        ciNotificationsSlackChannels: { info: variable("info"), alert: "alert" },
      };
    });
    const pipeline = only(resource.aws_codepipeline, named("shop-sumu-release-pusher"));
    expect(pipeline).toMatchObject({
      artifact_store: [{ location: "${aws_s3_bucket.artifacts.bucket}", type: "S3" }],
      trigger: [{ git_configuration: { push: [{ branches: { includes: ["${var.branch}"] } }] } }],
    });
    expect(JSON.stringify(pipeline.stage)).toContain('"FullRepositoryId":"shop/${var.repository}"');
    expect(JSON.stringify(resource.aws_codestarnotifications_notification_rule)).toContain("slack-channel/${var.info}");
  });

  it("release a push to the repository's branch, from its source to its function", () => {
    const { resource } = sumu(delivered);
    const pipeline = only(resource.aws_codepipeline, named("shop-sumu-release-pusher"));
    expect(pipeline).toMatchObject({
      pipeline_type: "V2",
      execution_mode: "SUPERSEDED",
      artifact_store: [{ location: "shop-artifacts", type: "S3" }],
      trigger: [
        {
          provider_type: "CodeStarSourceConnection",
          git_configuration: { source_action_name: "source", push: [{ branches: { includes: ["main"] } }] },
        },
      ],
    });
    const [source, release] = (pipeline.stage as { action: Record<string, unknown>[] }[]).map(
      ({ action }) => action[0],
    );
    expect(source).toMatchObject({
      provider: "CodeStarSourceConnection",
      configuration: {
        ConnectionArn: "arn:aws:codestar-connections:eu-west-1:123456789012:connection/0b1c2d3e",
        FullRepositoryId: "shop/apigw-websocket-pusher",
        BranchName: "main",
        OutputArtifactFormat: "CODE_ZIP",
        DetectChanges: "false",
      },
    });
    expect(release).toMatchObject({ provider: "CodeBuild", input_artifacts: ["pusher"] });
    const project = only(resource.aws_codebuild_project, named("shop-sumu-build-pusher"));
    expect(project).toMatchObject({
      environment: {
        type: "ARM_CONTAINER",
        image: "aws/codebuild/amazonlinux-aarch64-standard:3.0",
        compute_type: "BUILD_GENERAL1_SMALL",
      },
      source: { type: "CODEPIPELINE" },
      artifacts: { type: "CODEPIPELINE" },
    });
    expect(variable(project, "RELEASE_ON")).toBe("branch");
    expect(JSON.parse(String(variable(project, "SMOKE_EVENT")))).toEqual({ Records: [] });
  });

  it.each([
    [{}, "1"],
    [{ endConnectionsWithToken: false, revocations: false, allowedOrigins: [], historySeconds: 0 }, "1"],
    [{ endConnectionsWithToken: true }, "2"],
    [{ revocations: true }, "2"],
    [{ allowedOrigins: ["https://shop.example"] }, "2"],
    [{ historySeconds: 3_600 }, "3"],
    [{ historySeconds: 3_600, revocations: true }, "3"],
    [{ historySeconds: 3_600, channels: { public: ["*"] } }, "4"],
  ])("release with %j handlers that speak contract %s at least", (inputs, least) => {
    const { resource } = sumu({ ...delivered, ...inputs });
    const projects = Object.values(resource.aws_codebuild_project ?? {});
    expect(projects.map((project) => variable(project, "LEAST_CONTRACT"))).toEqual([least, least]);
  });

  it("release a tag only, when preRelease is false, from the repositories that are given", () => {
    const { resource } = sumu({
      ...delivered,
      preRelease: false,
      githubRepositories: {
        authorizer: { name: "jwt", branch: "stable" },
        pusher: { name: "push", branch: "stable" },
      },
    });
    const pipeline = only(resource.aws_codepipeline, named("shop-sumu-release-authorizer"));
    expect(pipeline.trigger).toMatchObject([{ git_configuration: { push: [{ tags: { includes: ["*"] } }] } }]);
    expect(JSON.stringify(pipeline.stage)).toContain('"FullRepositoryId":"shop/jwt"');
    const project = only(resource.aws_codebuild_project, named("shop-sumu-build-authorizer"));
    expect(variable(project, "RELEASE_ON")).toBe("tag");
    // The build asks the branch, for which it needs the history, and the connection to fetch it.
    expect(variable(project, "BRANCH")).toBe("stable");
    expect(JSON.stringify(pipeline.stage)).toContain('"OutputArtifactFormat":"CODEBUILD_CLONE_REF"');
    const clones = Object.values(resource.aws_iam_role_policy ?? {}).filter(named("sumu-clone"));
    expect(clones).toHaveLength(2);
    expect(Object.values(sumu(delivered).resource.aws_iam_role_policy ?? {}).filter(named("sumu-clone"))).toEqual([]);
  });

  it("keep the artifacts of the two apart, also where a long prefix makes the folders of the pipelines one", () => {
    const { data, resource } = sumu({ ...delivered, prefix: "a-long-name-of-a-shop" });
    const folders = Object.values(data.aws_iam_policy_document ?? {})
      .flatMap(({ statement }) => statement as readonly { sid?: string; resources?: readonly string[] }[])
      .filter(({ sid }) => sid === "KeepArtifacts")
      .flatMap(({ resources = [] }) => resources);
    expect(folders).toEqual([
      "arn:aws:s3:::shop-artifacts/a-long-name-of-a-sho/authorizer/*",
      "arn:aws:s3:::shop-artifacts/a-long-name-of-a-sho/pusher/*",
    ]);
    for (const { name, stage } of Object.values(resource.aws_codepipeline ?? {})) {
      const handler = String(name).replace(/^.*-release-/, "");
      expect(JSON.stringify(stage)).toContain(`"output_artifacts":["${handler}"]`);
    }
  });

  it("with a key, let the build encrypt the function's environment and let Lambda have its grant", () => {
    const kmsKeyArn = "arn:aws:kms:eu-west-1:123456789012:key/0b1c2d3e-4f56-7890-abcd-ef0123456789";
    const withKey = (props: SumuProps) =>
      Object.values(sumu(props).data.aws_iam_policy_document ?? {})
        .flatMap(({ statement }) => statement as readonly { sid?: string }[])
        .filter(({ sid }) => sid === "UseKeyOfFunction" || sid === "LetLambdaUseKey");
    expect(withKey(delivered)).toEqual([]);
    const viaLambda = {
      test: "StringEquals",
      variable: "kms:ViaService",
      values: [expect.stringMatching(/^lambda\./)],
    };
    const forAws = { test: "Bool", variable: "kms:GrantIsForAWSResource", values: ["true"] };
    const both = [
      {
        sid: "UseKeyOfFunction",
        actions: ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt"],
        condition: [viaLambda],
        resources: [kmsKeyArn],
      },
      { sid: "LetLambdaUseKey", actions: ["kms:CreateGrant"], condition: [viaLambda, forAws], resources: [kmsKeyArn] },
    ];
    expect(withKey({ ...delivered, kmsKeyArn })).toEqual([...both, ...both]);
  });

  it("leave code and alias of their functions to the releases", () => {
    const stack = sumu(delivered);
    const code = { create_before_destroy: true, ignore_changes: ["filename", "source_code_hash"] };
    expect(lifecycles(stack, "aws_lambda_function", "function_name")).toEqual({
      "shop-sumu-authorizer-released": code,
      "shop-sumu-presence": undefined,
      "shop-sumu-pusher-released": code,
    });
    const aliases = Object.values(stack.resource.aws_lambda_alias ?? {});
    // Not the function's name: a changed prefix makes other functions, and the aliases go with them.
    const alias = { create_before_destroy: true, ignore_changes: ["function_version"] };
    expect(aliases.map(({ name, lifecycle }) => [name, lifecycle])).toEqual(
      expect.arrayContaining([
        ["latest", alias],
        ["latest", undefined],
      ]),
    );
    expect(aliases.filter(({ lifecycle }) => lifecycle !== undefined)).toHaveLength(2);
  });

  it("tell Slack of starts and successes on one channel, of failures on the other", () => {
    const { resource } = sumu({ ...delivered, ciNotificationsSlackChannels: { info: "ci-info", alert: "ci-alert" } });
    const rules = Object.values(resource.aws_codestarnotifications_notification_rule ?? {});
    const started = [
      "codepipeline-pipeline-pipeline-execution-started",
      "codepipeline-pipeline-pipeline-execution-succeeded",
    ];
    const failed = ["codepipeline-pipeline-pipeline-execution-failed"];
    expect(Object.fromEntries(rules.map(({ name, event_type_ids }) => [name, event_type_ids]))).toEqual({
      "shop-sumu-info-authorizer": started,
      "shop-sumu-alert-authorizer": failed,
      "shop-sumu-info-pusher": started,
      "shop-sumu-alert-pusher": failed,
    });
    const alert = only(resource.aws_codestarnotifications_notification_rule, named("shop-sumu-alert-pusher"));
    expect(alert.target).toEqual([
      {
        type: "AWSChatbotSlack",
        address: expect.stringMatching(/^arn:\$\{.+\}:chatbot::\$\{.+\}:chat-configuration\/slack-channel\/ci-alert$/),
      },
    ]);
    expect("aws_codestarnotifications_notification_rule" in sumu(delivered).resource).toBe(false);
  });

  it("build with rights on their function, artifacts, log and pipeline alone", () => {
    const { data } = sumu(delivered);
    const documents = Object.values(data.aws_iam_policy_document ?? {}) as unknown as readonly {
      statement: readonly { sid?: string; actions: readonly string[]; resources?: readonly string[] }[];
    }[];
    const statements = (sid: string) =>
      documents.flatMap(({ statement }) => statement.filter((one) => one.sid === sid));
    expect(statements("Release").map(({ actions }) => actions)).toEqual(
      Array(2).fill([
        "lambda:GetAlias",
        "lambda:GetFunction",
        "lambda:GetFunctionConfiguration",
        "lambda:UpdateFunctionCode",
        "lambda:PublishVersion",
        "lambda:UpdateAlias",
      ]),
    );
    expect(statements("AskVersions").map(({ actions }) => actions)).toEqual(
      Array(2).fill(["lambda:GetFunction", "lambda:GetFunctionConfiguration", "lambda:InvokeFunction"]),
    );
    // CodePipeline's folders: the first 20 characters of the pipeline's name, the first 10 of the artifact's.
    expect(statements("KeepArtifacts").map(({ resources }) => resources)).toEqual([
      ["arn:aws:s3:::shop-artifacts/shop-sumu-release-au/authorizer/*"],
      ["arn:aws:s3:::shop-artifacts/shop-sumu-release-pu/pusher/*"],
    ]);
  });

  it("rejects a GitHub object or bucket that is none", () => {
    expect(() => sumu({ ...delivered, s3Artifacts: { bucket: "a", arn: "b" } })).toThrow(/^s3_artifacts must be/);
    const unknown = Token.asString({ resolve: () => "" });
    expect(() => sumu({ ...delivered, s3Artifacts: { bucket: unknown, arn: "b" } })).toThrow(/^s3_artifacts must be/);
    expect(() => sumu({ ...delivered, github: { owner: "-", connectionArn: "x" } })).toThrow(/^github must be/);
  });
});

function variable(project: Readonly<Record<string, unknown>>, name: string): unknown {
  const { environment_variable } = project.environment as {
    environment_variable: readonly { name: string; value: string }[];
  };
  return environment_variable.find((one) => one.name === name)?.value;
}
