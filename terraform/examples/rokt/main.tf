# A relay to Rokt for production: Basic Auth beside the signature, an instance that is always there for
# the person creating an audience, alerts to whoever is on call, and user syncing.

terraform {
  required_version = ">= 1.9"

  required_providers {
    archive = {
      source  = "hashicorp/archive"
      version = ">= 2.7, < 3"
    }
    google = {
      source  = "hashicorp/google"
      version = ">= 6.50, < 8"
    }
  }
}

variable "notification_channels" {
  description = "Who is told, such as projects/P/notificationChannels/N."
  type        = list(string)
}

variable "operators" {
  description = "Who repairs it, such as group:relay-operators@example.com."
  type        = list(string)
}

variable "project_id" {
  description = "The Google Cloud project."
  type        = string
}

variable "region" {
  description = "Where everything runs and is kept."
  type        = string
  default     = "europe-west1"
}

variable "rokt_account_id" {
  description = "The account at Rokt that the lists are imported to."
  type        = string
}

provider "google" {
  project = var.project_id
  region  = var.region
}

module "relay" {
  source = "../.."

  prefix     = "rokt"
  project_id = var.project_id
  region     = var.region

  basic_auth = true
  operators  = var.operators
  user_sync  = {}

  destinations = {
    rokt = {
      min_instances = 1
      options       = jsonencode({ accountId = var.rokt_account_id })
    }
  }

  firestore = {
    point_in_time_recovery = true
  }

  monitoring = {
    notification_channels = var.notification_channels
  }
}

output "cli_exports" {
  value = module.relay.cli_exports
}

output "curl" {
  value = module.relay.curl
}

output "registration_url" {
  value = module.relay.registration_url
}

output "secrets_to_fill" {
  value = module.relay.secrets_to_fill
}

output "user_sync_url" {
  value = module.relay.user_sync_url
}
