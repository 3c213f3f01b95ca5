# Two environments by for_each, each with a key, a domain and alarms of its own.

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

locals {
  environments = {
    staging = { prefix = "shop-staging", domain_name = "staging.example.com" }
    live    = { prefix = "shop", domain_name = "example.com" }
  }
}

variable "certificate_arns" {
  type        = map(string)
  description = "By environment: an ACM certificate for api.<domain_name> and live.<domain_name>, in the region of the APIs."
  default = {
    staging = "arn:aws:acm:us-east-1:123456789012:certificate/0b1c2d3e-4f56-7890-abcd-ef0123456789"
    live    = "arn:aws:acm:us-east-1:123456789012:certificate/1c2d3e4f-5678-90ab-cdef-0123456789ab"
  }
}

variable "zone_ids" {
  type        = map(string)
  description = "By environment: the Route 53 hosted zone of domain_name."
  default     = { staging = "Z0123456789ABCDEFGHIJ", live = "Z1123456789ABCDEFGHIJ" }
}

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}

# Not module.sumu[each.key].kms_key_policy_json: with for_each, Terraform would wait for every instance of the module, and
# each of them waits for its key. That ends in "Error: Cycle".
module "key_policy" {
  source   = "../../../modules/key-policy"
  for_each = local.environments

  prefix = each.value.prefix
}

data "aws_iam_policy_document" "key" {
  for_each                = local.environments
  source_policy_documents = [module.key_policy[each.key].json]

  statement {
    sid       = "LetIamDecide"
    actions   = ["kms:*"]
    resources = ["*"]
    principals {
      type        = "AWS"
      identifiers = ["arn:${data.aws_partition.current.partition}:iam::${data.aws_caller_identity.current.account_id}:root"]
    }
  }

  # Alarms publish to the topic below, which the key encrypts too.
  statement {
    sid       = "LetAlarmsPublish"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = ["*"]
    principals {
      type        = "Service"
      identifiers = ["cloudwatch.amazonaws.com"]
    }
    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [data.aws_caller_identity.current.account_id]
    }
  }
}

resource "aws_kms_key" "sumu" {
  for_each            = local.environments
  description         = "What SUMU stores: ${each.key}."
  enable_key_rotation = true
  policy              = data.aws_iam_policy_document.key[each.key].json
}

# People on call subscribe here.
resource "aws_sns_topic" "alarms" {
  for_each          = local.environments
  name              = "${each.value.prefix}-alarms"
  kms_master_key_id = aws_kms_key.sumu[each.key].arn
}

module "sumu" {
  source   = "../../../modules/serverless"
  for_each = local.environments

  prefix      = each.value.prefix
  common_tags = { environment = each.key }
  stage_name  = "live"

  issuer_jwks_uri      = "https://issuer.example.com/.well-known/jwks.json"
  authorized_issuer    = "https://issuer.example.com/"
  authorized_audiences = [each.value.prefix]
  presence_source      = "queue"

  kms_key_arn         = aws_kms_key.sumu[each.key].arn
  deletion_protection = each.key == "live"
  alarm_actions       = [aws_sns_topic.alarms[each.key].arn]
}

module "domain" {
  source   = "../../../modules/core-route53"
  for_each = local.environments

  common_tags         = { environment = each.key }
  cert_arn            = var.certificate_arns[each.key]
  r53_zone_id         = var.zone_ids[each.key]
  domain_name         = each.value.domain_name
  omit_unused_domains = true
  ws_apis = [{
    id    = module.sumu[each.key].ws_api_id
    key   = "push"
    stage = module.sumu[each.key].ws_api_stage_name
  }]
}

output "websocket_urls" {
  description = "Clients connect here, by environment, with ?authorization=<JWT>."
  value       = { for name, environment in local.environments : name => "wss://live.${environment.domain_name}/push" }
}
