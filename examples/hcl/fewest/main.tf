# The fewest inputs that are safe: one SUMU whose clients carry tokens of one Firebase project.

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
  issuer_jwks_uri = "https://www.googleapis.com/robot/v1/metadata/x509/securetoken@system.gserviceaccount.com"

  # Google signs the tokens of all Firebase projects with these keys: without both of these, a user of any project gets in.
  authorized_issuer    = "https://securetoken.google.com/my-project"
  authorized_audiences = ["my-project"]
}

output "websocket_url" {
  description = "Clients connect here, with ?authorization=<JWT>."
  value       = module.sumu.websocket_url
}

output "notifications" {
  description = "The backend sends notifications here."
  value       = module.sumu.notifications
}
