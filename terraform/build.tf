# From the bundles of `npm run build` to images: an archive each, and the account that builds them.

locals {
  bundles = toset(var.user_sync == null ? ["forward", "intake"] : ["forward", "intake", "user-sync"])

  build_account = "projects/${var.project_id}/serviceAccounts/${local.emails.build}"

  # The bundles bring their packages along: nothing is installed when an image is built.
  build_environment = { GOOGLE_VENDOR_NPM_DEPENDENCIES = "true" }
}

resource "google_storage_bucket" "bundles" {
  project  = var.project_id
  name     = "${var.project_id}-${var.prefix}-bundles"
  location = var.region
  labels   = local.labels

  force_destroy               = true
  public_access_prevention    = "enforced"
  uniform_bucket_level_access = true

  depends_on = [google_project_service.required]
}

data "archive_file" "bundle" {
  for_each = local.bundles

  type             = "zip"
  source_dir       = "${local.bundles_dir}/${each.key}"
  output_path      = "${path.root}/.terraform/${var.prefix}-${each.key}.zip"
  output_file_mode = "0644"
}

resource "google_storage_bucket_object" "bundle" {
  for_each = local.bundles

  bucket = google_storage_bucket.bundles.name
  # A new name for a new content: the function is deployed again, and only then.
  name   = "${each.key}-${data.archive_file.bundle[each.key].output_md5}.zip"
  source = data.archive_file.bundle[each.key].output_path

  lifecycle {
    create_before_destroy = true
  }
}

resource "google_artifact_registry_repository" "images" {
  project       = var.project_id
  location      = var.region
  repository_id = "${var.prefix}-images"
  format        = "DOCKER"
  labels        = local.labels

  cleanup_policies {
    id     = "keep-recent"
    action = "KEEP"

    most_recent_versions {
      keep_count = 3
    }
  }

  cleanup_policies {
    id     = "delete-old"
    action = "DELETE"

    condition {
      older_than = "2592000s"
    }
  }

  depends_on = [google_project_service.required]
}

resource "google_service_account" "build" {
  project      = var.project_id
  account_id   = "${var.prefix}-build"
  display_name = "Audience Relay ${var.prefix}: builds the functions"
}

resource "google_artifact_registry_repository_iam_member" "build_pushes_images" {
  project    = var.project_id
  location   = google_artifact_registry_repository.images.location
  repository = google_artifact_registry_repository.images.name
  role       = "roles/artifactregistry.writer"
  member     = "serviceAccount:${local.emails.build}"
}

resource "google_storage_bucket_iam_member" "build_reads_bundles" {
  bucket = google_storage_bucket.bundles.name
  role   = "roles/storage.objectViewer"
  member = "serviceAccount:${local.emails.build}"
}

# Cloud Functions copies what it builds into a bucket of its own.
resource "google_project_iam_member" "build_reads_function_sources" {
  project = var.project_id
  role    = "roles/storage.objectViewer"
  member  = "serviceAccount:${local.emails.build}"

  condition {
    title      = "${var.prefix}-function-sources"
    expression = "resource.name.startsWith(\"projects/_/buckets/gcf-v2-sources-${data.google_project.this.number}-\")"
  }
}

# Logs have no smaller resource than the project to grant on.
resource "google_project_iam_member" "build_writes_logs" {
  project = var.project_id
  role    = "roles/logging.logWriter"
  member  = "serviceAccount:${local.emails.build}"
}
