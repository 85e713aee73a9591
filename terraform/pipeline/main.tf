# Who builds and deploys: two Cloud Build triggers for cloudbuild.yaml, an account for each, and the bucket
# that holds Terraform's state. Applied once, by a person; the relay itself is applied by the pipeline.

terraform {
  required_version = ">= 1.9"

  required_providers {
    google = {
      source  = "hashicorp/google"
      version = ">= 6.50, < 8"
    }
  }
}

resource "google_project_service" "required" {
  for_each = toset([
    "cloudbuild.googleapis.com",
    "cloudresourcemanager.googleapis.com",
    "iam.googleapis.com",
    "serviceusage.googleapis.com",
    "storage.googleapis.com",
  ])

  project            = var.project_id
  service            = each.key
  disable_on_destroy = false
}

resource "google_storage_bucket" "state" {
  project  = var.project_id
  name     = "${var.project_id}-${var.prefix}-terraform-state"
  location = var.region

  public_access_prevention    = "enforced"
  uniform_bucket_level_access = true

  versioning {
    enabled = true
  }

  depends_on = [google_project_service.required]
}
