import type { Check, Report } from "../../../scripts/scan/checkov";
import { type AcceptedFinding, verdict } from "../../../scripts/scan/verdict";

function check(file_path: string, resource: string, check_id: string): Check {
  return { check_id, check_name: `wants ${check_id}`, resource, file_path };
}

const CANARY = [
  check("/canary/main.tf", "aws_iam_policy_document.open", "CKV_AWS_1"),
  check("/canary/main.tf", "aws_iam_policy_document.wide", "CKV_AWS_111"),
  check("/canary/main.tf", "aws_lambda_function.open", "CKV_AWS_116"),
  check("/canary/main.tf", "aws_sqs_queue.open", "CKV_AWS_27"),
];

function report(failed: readonly Check[], results: Partial<Report["results"]> = {}): Report {
  return {
    results: {
      passed_checks: [
        check("/modules/serverless/main.tf", "aws_sqs_queue.a", "CKV_1"),
        check("/canary/main.tf", "aws_sqs_queue.open", "CKV_1"),
      ],
      failed_checks: [...CANARY, ...failed],
      parsing_errors: [],
      ...results,
    },
  };
}

const accepted: AcceptedFinding = {
  module: "serverless",
  address: "data.aws_iam_policy_document.key",
  check: "CKV_2",
  reason: "In a key's policy * is the key.",
};

describe("the verdict of a scan", () => {
  it("counts what the modules pass, and lists what is accepted and still found, by address or with an index", () => {
    const counted: AcceptedFinding = { ...accepted, address: "aws_codepipeline.pusher", check: "CKV_3" };
    const failed = [
      check("/modules/serverless/main.tf", "aws_iam_policy_document.key", "CKV_2"),
      check("/modules/serverless/main.tf", "aws_codepipeline.pusher[0]", "CKV_3"),
    ];
    expect(verdict(report(failed), [accepted, counted])).toEqual({
      passed: 1,
      failed: [],
      accepted: [accepted, counted],
      stale: [],
    });
  });

  it("names each failure by module, resource and check", () => {
    const failed = [check("/modules/global/main.tf", "aws_iam_role.a", "CKV_9")];
    expect(verdict(report(failed), []).failed).toEqual(["global aws_iam_role.a CKV_9 wants CKV_9"]);
  });

  it("an acceptance is for its own module, resource and check only", () => {
    const failed = [
      check("/modules/global/main.tf", "aws_iam_policy_document.key", "CKV_2"),
      check("/modules/serverless/main.tf", "aws_iam_policy_document.other", "CKV_2"),
      check("/modules/serverless/main.tf", "aws_iam_policy_document.key", "CKV_3"),
    ];
    expect(verdict(report(failed), [accepted])).toMatchObject({
      accepted: [],
      failed: [
        "global aws_iam_policy_document.key CKV_2 wants CKV_2",
        "serverless aws_iam_policy_document.other CKV_2 wants CKV_2",
        "serverless aws_iam_policy_document.key CKV_3 wants CKV_3",
      ],
    });
  });

  it("names what is accepted and not found any more", () => {
    expect(verdict(report([]), [accepted])).toMatchObject({
      accepted: [],
      stale: ["serverless aws_iam_policy_document.key CKV_2"],
    });
  });

  it("rejects a report of a scanner that does not find the canary's faults", () => {
    const blind = report([], { failed_checks: CANARY.slice(1) });
    expect(() => verdict(blind, [])).toThrow(
      "checkov is blind: it did not find aws_iam_policy_document.open CKV_AWS_1 in the canary.",
    );
  });

  it("rejects a report with a file that could not be parsed", () => {
    const broken = report([], { parsing_errors: ["/modules/serverless/main.tf"] });
    expect(() => verdict(broken, [])).toThrow("checkov could not parse /modules/serverless/main.tf.");
  });
});
