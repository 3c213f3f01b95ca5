# SUMU with a key of its own: everything that it stores is encrypted with it, and the tables cannot be deleted by mistake.

terraform {
  required_version = ">= 1.3"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 6.21, < 7"
    }
  }
}

provider "aws" {}

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}

# The account's IAM decides who may administer and use the key; the services that SUMU makes use it are allowed by SUMU.
data "aws_iam_policy_document" "key" {
  source_policy_documents = [module.sumu.kms_key_policy_json]

  statement {
    sid       = "LetIamDecide"
    actions   = ["kms:*"]
    resources = ["*"]
    principals {
      type        = "AWS"
      identifiers = ["arn:${data.aws_partition.current.partition}:iam::${data.aws_caller_identity.current.account_id}:root"]
    }
  }
}

resource "aws_kms_key" "sumu" {
  description         = "What SUMU stores."
  enable_key_rotation = true
  policy              = data.aws_iam_policy_document.key.json
}

module "sumu" {
  source = "../../../modules/serverless"

  prefix          = "shop"
  stage_name      = "live"
  issuer_jwks_uri = "https://issuer.example.com/.well-known/jwks.json"

  kms_key_arn         = aws_kms_key.sumu.arn
  deletion_protection = true
}

# The rights that a backend's role needs besides sqs:SendMessage on the notifications queue.
data "aws_iam_policy_document" "backend" {
  statement {
    actions   = ["sqs:SendMessage"]
    resources = [module.sumu.notifications.queue.arn]
  }
  statement {
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = [aws_kms_key.sumu.arn]
  }
}

output "backend_policy_json" {
  description = "For the role of a backend that sends notifications."
  value       = data.aws_iam_policy_document.backend.json
}
