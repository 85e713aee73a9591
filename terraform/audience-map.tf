# The audience map and the record of dead members: a Firestore database of this relay's own.

locals {
  firestore_collection = "audience-relay"

  # Firestore grants on the project; the condition holds it to this database.
  firestore_condition = {
    title      = "${var.prefix}-database"
    expression = "resource.name == \"projects/${var.project_id}/databases/${google_firestore_database.relay.name}\""
  }
}

resource "google_firestore_database" "relay" {
  project     = var.project_id
  name        = "${var.prefix}-audience-map"
  location_id = coalesce(var.firestore.location, var.region)
  type        = "FIRESTORE_NATIVE"

  # Without the map no mutation finds its segment: it is not deleted by mistake.
  delete_protection_state           = var.firestore.delete_protection ? "DELETE_PROTECTION_ENABLED" : "DELETE_PROTECTION_DISABLED"
  deletion_policy                   = var.firestore.delete_protection ? "ABANDON" : "DELETE"
  point_in_time_recovery_enablement = var.firestore.point_in_time_recovery ? "POINT_IN_TIME_RECOVERY_ENABLED" : "POINT_IN_TIME_RECOVERY_DISABLED"

  depends_on = [google_project_service.required]
}

# A record of dead members is of no use once its dead letters have expired.
resource "google_firestore_field" "dead_members_expiry" {
  project    = var.project_id
  database   = google_firestore_database.relay.name
  collection = "dead-members"
  field      = "expiresAt"

  ttl_config {}
  index_config {}
}

# Read by its id alone: an index entry per member would only cost.
resource "google_firestore_field" "dead_members_unindexed" {
  project    = var.project_id
  database   = google_firestore_database.relay.name
  collection = "dead-members"
  field      = "members"

  index_config {}

  # Firestore changes one field of a collection at a time.
  depends_on = [google_firestore_field.dead_members_expiry]
}

resource "google_project_iam_member" "intake_reads_audience_map" {
  project = var.project_id
  role    = "roles/datastore.viewer"
  member  = "serviceAccount:${local.emails.intake}"

  condition {
    title      = local.firestore_condition.title
    expression = local.firestore_condition.expression
  }
}

resource "google_project_iam_member" "forward_keeps_audience_map" {
  for_each = local.forward_emails

  project = var.project_id
  role    = "roles/datastore.user"
  member  = "serviceAccount:${each.value}"

  condition {
    title      = local.firestore_condition.title
    expression = local.firestore_condition.expression
  }
}
