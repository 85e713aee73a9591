# A relay to Pangolin, Mapp's test platform, or our fake of it: what it takes at the least.

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

variable "pangolin_url" {
  description = "Where the platform is; https."
  type        = string
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

provider "google" {
  project = var.project_id
  region  = var.region
}

module "relay" {
  source = "../.."

  project_id = var.project_id
  region     = var.region

  destinations = {
    pangolin = { base_url = var.pangolin_url }
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
