# The fewest inputs: one SUMU whose clients carry tokens of one issuer.

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
  source = "../../../modules/serverless"

  prefix          = "shop"
  stage_name      = "live"
  issuer_jwks_uri = "https://www.googleapis.com/service_accounts/v1/jwk/securetoken@system.gserviceaccount.com"
}

output "websocket_url" {
  description = "Clients connect here, with ?authorization=<JWT>."
  value       = module.sumu.websocket_url
}

output "notifications" {
  description = "The backend sends notifications here."
  value       = module.sumu.notifications
}
