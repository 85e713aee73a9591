# One relay: one HMAC secret, one URL for Mapp, any number of destinations. Several relays in one
# project are several modules with different prefixes.

locals {
  labels = merge({ app = "audience-relay", relay = var.prefix }, var.labels)

  bundles_dir = coalesce(var.bundles_dir, "${path.module}/../dist")

  # Whose answer the person creating an audience reads.
  answering_destination = coalesce(var.answering_destination, keys(var.destinations)[0])

  destination_ids = { for key, destination in var.destinations : key => coalesce(destination.destination, key) }

  # Requests, taken apart, need up to ten times their bytes; the rest is for Node and our code.
  pending_bytes_per_mib = 65536

  # What every function is told in the same words.
  audience_map_environment = {
    FIRESTORE_COLLECTION = local.firestore_collection
    FIRESTORE_DATABASE   = google_firestore_database.relay.name
    GOOGLE_CLOUD_PROJECT = var.project_id
  }
}

data "google_project" "this" {
  project_id = var.project_id
}

resource "google_project_service" "required" {
  for_each = var.enable_apis ? toset([
    "artifactregistry.googleapis.com",
    "cloudbuild.googleapis.com",
    "cloudfunctions.googleapis.com",
    "cloudscheduler.googleapis.com",
    "firestore.googleapis.com",
    "iam.googleapis.com",
    "logging.googleapis.com",
    "monitoring.googleapis.com",
    "pubsub.googleapis.com",
    "run.googleapis.com",
    "secretmanager.googleapis.com",
    "storage.googleapis.com",
  ]) : toset([])

  project = var.project_id
  service = each.key

  # Another relay, or something else in the project, may need it.
  disable_on_destroy = false
}
