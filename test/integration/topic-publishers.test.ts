import type { SumuProps } from "../../src/inputs/sumu-props";
import { Sumu } from "../../src/sumu";
import { type SynthesizedStack, synthesize } from "../support/synthesize";

const KEY = "arn:aws:kms:eu-west-1:123456789012:key/0b1c2d3e-4f56-7890-abcd-ef0123456789";

function sumu(props: Partial<SumuProps> = {}): SynthesizedStack {
  return synthesize((stack) => {
    new Sumu(stack, "sumu", {
      prefix: "shop",
      stageName: "live",
      issuerJwksUri: "https://issuer.example.com/jwks.json",
      ...props,
    });
  });
}

interface Statement {
  readonly sid?: string;
  readonly actions: readonly string[];
  readonly principals?: readonly { readonly identifiers: readonly string[] }[];
  readonly condition?: readonly { readonly variable: string }[];
}

/** Statements about services of the caller's, by the policy that has them. */
function publishing(stack: SynthesizedStack) {
  return Object.entries(stack.data.aws_iam_policy_document ?? {}).flatMap(([name, block]) =>
    (block.statement as readonly Statement[])
      .filter(({ sid = "" }) => /^Publish(Notifications)?(ForThisAccount)?$/.test(sid))
      .map(({ actions, principals = [], condition = [] }) => ({
        of: name.replace(/^sumu_/, "").replace(/_policy_document_\w+$/, ""),
        services: principals.flatMap(({ identifiers }) => identifiers),
        actions,
        keys: condition.map(({ variable }) => variable),
      })),
  );
}

const keysOfTopics = ({ resource }: SynthesizedStack) =>
  Object.values(resource.aws_sns_topic ?? {}).map(({ kms_master_key_id }) => kms_master_key_id);

describe("topicPublishers", () => {
  it("are none by default: no statement speaks of a service that publishes", () => {
    expect(publishing(sumu())).toEqual([]);
    expect(publishing(sumu({ kmsKeyArn: KEY }))).toEqual([]);
  });

  it("may publish notifications and use the key: for this account, where the service says for whom", () => {
    const services = ["cloudwatch.amazonaws.com", "events.amazonaws.com"];
    const key = ["kms:Decrypt", "kms:GenerateDataKey"];
    const [topic, policy] = ["integration_notifications_topic", "encryption_key"];
    const account = ["aws:SourceAccount"];
    expect(publishing(sumu({ kmsKeyArn: KEY, topicPublishers: services }))).toEqual(
      expect.arrayContaining([
        { of: topic, services: ["cloudwatch.amazonaws.com"], actions: ["sns:Publish"], keys: account },
        { of: topic, services: ["events.amazonaws.com"], actions: ["sns:Publish"], keys: [] },
        { of: policy, services: ["cloudwatch.amazonaws.com"], actions: key, keys: account },
        { of: policy, services: ["events.amazonaws.com"], actions: key, keys: [] },
      ]),
    );
    expect(publishing(sumu({ topicPublishers: services }))).toHaveLength(4);
  });
});

describe("encryptTopics", () => {
  it.each([
    ["by default, with SNS's own key", {}, "alias/aws/sns"],
    ["with the caller's key", { kmsKeyArn: KEY }, KEY],
    ["not when false", { encryptTopics: false }, undefined],
    ["not when false, with a key either", { encryptTopics: false, kmsKeyArn: KEY }, undefined],
  ] as const)("encrypts both topics %s", (_, props, expected) => {
    expect(keysOfTopics(sumu(props))).toEqual([expected, expected]);
  });
});
