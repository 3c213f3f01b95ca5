# Every input of the module, with presence to where var.presence_source says.

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

variable "presence_source" {
  type        = string
  description = "topic, queue, or anything else for no presence events."
  default     = "queue"
}

module "sumu" {
  source = "../../../modules/serverless"

  prefix                  = "shop-staging"
  common_tags             = { team = "web", cost_center = "4711" }
  stage_name              = "mvp"
  # live.example.com comes from the module core-route53, or from elsewhere; push is the key of its mapping to this API.
  apigw_endpoint          = "https://live.example.com/push"
  issuer_jwks_uri         = "https://www.googleapis.com/robot/v1/metadata/x509/securetoken@system.gserviceaccount.com"
  authorized_audiences    = ["shop-web", "shop-mobile"]
  verify_token_expiration = true
  presence_source         = var.presence_source

  s3_artifacts = {
    bucket = "shop-artifacts"
    arn    = "arn:aws:s3:::shop-artifacts"
  }
  github = {
    owner          = "shop"
    connection_arn = "arn:aws:codestar-connections:us-east-1:123456789012:connection/0b1c2d3e-4f56-7890-abcd-ef0123456789"
    webhook_secret = "not used, accepted for the original's callers"
  }
  github_repositories = {
    authorizer = { name = "apigw-jwt-authorizer", branch = "main" }
    pusher     = { name = "apigw-websocket-pusher", branch = "main" }
  }
  pre_release = false
  ci_notifications_slack_channels = {
    info  = "ci-info"
    alert = "ci-alert"
  }

  authorized_issuer             = "https://securetoken.google.com/shop"
  token_clock_tolerance_seconds = 5
  user_id_claim                 = "sub"
  token_source                  = "query"
  end_connections_with_token    = true
  revocations                   = true
  allowed_origins               = ["https://shop.example.com", "http://localhost:3000"]
  max_connections_per_user      = 20
  history_seconds               = 86400
  channels = {
    public             = ["public:*"]
    subscribe_claim    = "subscribe"
    post_claim         = "post"
    max_per_connection = 50
  }
  presence_grace_seconds        = 30
  connections_table_name        = "SumuConnections"
  keep_original_rights          = false
  encrypt_topics                = true
  topic_publishers              = ["cloudwatch.amazonaws.com", "events.amazonaws.com"]
  delivery_concurrency          = 128
  read_concurrency              = 32
  broadcast_segments            = 16
  log_retention_days            = 90
  log_level                     = "warn"
  alarm_actions                 = ["arn:aws:sns:us-east-1:123456789012:alerts"]
  dashboard                     = true
  tracing                       = true

  deletion_protection             = true
  architecture                    = "x86_64"
  authorizer_memory_mb            = 256
  authorizer_reserved_concurrency = 100
  pusher_memory_mb                = 1769
  pusher_timeout_seconds          = 300
  pusher_batch_size               = 5
  pusher_maximum_concurrency      = 20
  pusher_reserved_concurrency     = 40
  presence_memory_mb              = 1024
  throttling_rate_limit           = 2000
  throttling_burst_limit          = 1000

  permissions_boundary = "arn:aws:iam::123456789012:policy/boundary"
  vpc_config = {
    subnet_ids         = ["subnet-0a1b2c3d4e5f60718", "subnet-1b2c3d4e5f6071829"]
    security_group_ids = ["sg-0a1b2c3d4e5f60718"]
  }
}

output "sumu" {
  description = "All outputs."
  value       = module.sumu
}
