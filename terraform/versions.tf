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
