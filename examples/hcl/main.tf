# Two SUMUs in one account and region: every name starts with the prefix, so that none is shared.

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

module "sumu" {
  for_each = {
    shop = "https://shop.example.com/.well-known/jwks.json"
    blog = "https://blog.example.com/.well-known/jwks.json"
  }
  source = "../../modules/serverless"

  prefix          = each.key
  stage_name      = "live"
  issuer_jwks_uri = each.value
}

output "websocket_urls" {
  description = "Clients connect here, by prefix."
  value       = { for prefix, sumu in module.sumu : prefix => sumu.websocket_url }
}
