import type { Body } from "./to-hcl";

/**
 * A module with known faults. A scanner that cannot read what it is given finds nothing in it and reports success, as
 * checkov does with JSON: what it must find here shows in each run that it reads resources and policy documents.
 */
export const CANARY: Body = {
  resource: {
    aws_sqs_queue: { open: { name: "canary", sqs_managed_sse_enabled: false } },
    aws_lambda_function: {
      open: {
        function_name: "canary",
        role: "${aws_iam_role.open.arn}",
        environment: { variables: { URL: '${replace("wss://a", "wss://", "https://")}/b' } },
      },
    },
    aws_iam_role: { open: { assume_role_policy: "${data.aws_iam_policy_document.open.json}" } },
  },
  data: {
    aws_iam_policy_document: {
      open: { statement: [{ actions: ["*"], resources: ["*"] }] },
      wide: { statement: [{ actions: ["s3:PutObject"], resources: ["*"] }] },
    },
  },
};

/** The findings that checkov must report for the canary: resource and check. */
export const CANARY_FINDINGS = [
  "aws_iam_policy_document.open CKV_AWS_1",
  "aws_iam_policy_document.wide CKV_AWS_111",
  "aws_lambda_function.open CKV_AWS_116",
  "aws_sqs_queue.open CKV_AWS_27",
];
