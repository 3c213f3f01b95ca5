# The two modules together: SUMU with delivery pipelines, and its WebSocket API under the application's own domain.

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
  prefix = "kodhive-mvp"
  common_tags = {
    env = "mvp"
  }
}

module "sumu" {
  source = "../../../modules/serverless"

  prefix      = local.prefix
  common_tags = local.common_tags

  stage_name      = "mvp"
  # The last part is the mapping key of ws_apis below. The original's documentation has /push here beside the key live: if
  # yours has two different ones too, change this one to the key. Otherwise no notification arrives.
  apigw_endpoint  = "https://live.kodhive.com/live"
  presence_source = "queue"

  issuer_jwks_uri         = "https://www.googleapis.com/robot/v1/metadata/x509/securetoken@system.gserviceaccount.com"
  authorized_audiences    = ["kodhive"]
  verify_token_expiration = true

  s3_artifacts = {
    bucket = "kodhive-artifacts"
    arn    = "arn:aws:s3:::kodhive-artifacts"
  }
  github = {
    owner          = "kodhive"
    connection_arn = "arn:aws:codestar-connections:us-east-1:123456789012:connection/0b1c2d3e-4f56-7890-abcd-ef0123456789"
    webhook_secret = "accepted and not used"
  }
  pre_release = true
  github_repository = {
    authorizer = {
      name   = "apigw-jwt-authorizer"
      branch = "main"
    }
    pusher = {
      name   = "apigw-websocket-pusher"
      branch = "main"
    }
  }
  ci_notifications_slack_channels = {
    info  = "ci-info"
    alert = "ci-alert"
  }
}

module "gato" {
  source = "../../../modules/core-route53"

  prefix      = local.prefix
  common_tags = local.common_tags

  r53_zone_id = "Z0123456789ABCDEFGHIJ"
  cert_arn    = "arn:aws:acm:us-east-1:123456789012:certificate/0b1c2d3e-4f56-7890-abcd-ef0123456789"
  domain_name = "kodhive.com"

  sub_domains = {
    stateless = "api"
    statefull = "live"
  }

  http_apis = []
  ws_apis = [
    {
      id    = module.sumu.ws_api_id
      key   = "live"
      stage = module.sumu.ws_api_stage_name
    }
  ]
}

output "sumu" {
  description = "All outputs of SUMU."
  value       = module.sumu
}

output "dist" {
  description = "Where api.kodhive.com and live.kodhive.com lead."
  value       = module.gato.dist
}
