# Nobody here may read a secret's value, an audience or a message. What is granted on the project is so
# because the resources do not exist yet when the pipeline first runs.

locals {
  email_domain = "${var.project_id}.iam.gserviceaccount.com"
  plan_member  = "serviceAccount:${google_service_account.plan.account_id}@${local.email_domain}"
  apply_member = "serviceAccount:${google_service_account.apply.account_id}@${local.email_domain}"

  # What a plan looks at.
  reading_roles = toset([
    "roles/artifactregistry.reader",
    "roles/cloudfunctions.viewer",
    "roles/cloudscheduler.viewer",
    "roles/iam.securityReviewer",
    "roles/logging.logWriter",
    "roles/logging.viewer",
    "roles/monitoring.viewer",
    "roles/pubsub.viewer",
    "roles/run.viewer",
    "roles/secretmanager.viewer",
    "roles/serviceusage.serviceUsageViewer",
  ])

  # What an apply changes.
  changing_roles = toset([
    "roles/artifactregistry.admin",
    "roles/cloudfunctions.admin",
    "roles/cloudscheduler.admin",
    "roles/iam.serviceAccountAdmin",
    "roles/iam.serviceAccountUser",
    "roles/logging.configWriter",
    "roles/logging.logWriter",
    "roles/monitoring.editor",
    "roles/pubsub.admin",
    "roles/run.admin",
    "roles/serviceusage.serviceUsageAdmin",
    "roles/storage.admin",
  ])

  # The roles that the relay grants on the project, and so the only ones that the pipeline may.
  granted_on_project = [
    "roles/datastore.user",
    "roles/datastore.viewer",
    "roles/logging.logWriter",
    "roles/storage.objectViewer",
  ]
}

resource "google_service_account" "plan" {
  project      = var.project_id
  account_id   = "${var.prefix}-plan"
  display_name = "Audience Relay: plans pull requests"
}

resource "google_service_account" "apply" {
  project      = var.project_id
  account_id   = "${var.prefix}-apply"
  display_name = "Audience Relay: deploys main"
}

resource "google_project_iam_member" "plan_reads" {
  for_each = local.reading_roles

  project = var.project_id
  role    = each.key
  member  = local.plan_member
}

resource "google_project_iam_custom_role" "plan" {
  project     = var.project_id
  role_id     = "${replace(var.prefix, "-", "_")}_plan"
  title       = "Audience Relay: sees databases and bundles, not what is in the databases"
  permissions = ["datastore.databases.getMetadata", "datastore.indexes.get", "datastore.indexes.list", "storage.buckets.get"]
}

resource "google_project_iam_member" "plan_sees" {
  project = var.project_id
  role    = google_project_iam_custom_role.plan.id
  member  = local.plan_member
}

resource "google_project_iam_member" "apply_changes" {
  for_each = local.changing_roles

  project = var.project_id
  role    = each.key
  member  = local.apply_member
}

# The predefined roles for these would let it read secrets and audiences too.
resource "google_project_iam_custom_role" "apply" {
  project = var.project_id
  role_id = "${replace(var.prefix, "-", "_")}_apply"
  title   = "Audience Relay: makes databases and secrets, without what is in them"
  permissions = [
    "datastore.databases.create",
    "datastore.databases.delete",
    "datastore.databases.getMetadata",
    "datastore.databases.update",
    "datastore.indexes.create",
    "datastore.indexes.delete",
    "datastore.indexes.get",
    "datastore.indexes.list",
    "datastore.indexes.update",
    "datastore.operations.get",
    "secretmanager.secrets.create",
    "secretmanager.secrets.delete",
    "secretmanager.secrets.get",
    "secretmanager.secrets.getIamPolicy",
    "secretmanager.secrets.list",
    "secretmanager.secrets.setIamPolicy",
    "secretmanager.secrets.update",
  ]
}

resource "google_project_iam_member" "apply_makes" {
  project = var.project_id
  role    = google_project_iam_custom_role.apply.id
  member  = local.apply_member
}

resource "google_project_iam_member" "apply_grants" {
  project = var.project_id
  role    = "roles/resourcemanager.projectIamAdmin"
  member  = local.apply_member

  condition {
    title = "only-the-roles-of-the-relay"
    expression = format(
      "api.getAttribute('iam.googleapis.com/modifiedGrantsByRole', []).hasOnly([%s])",
      join(", ", [for role in local.granted_on_project : "'${role}'"]),
    )
  }
}

resource "google_storage_bucket_iam_member" "plan_reads_state" {
  bucket = google_storage_bucket.state.name
  role   = "roles/storage.objectViewer"
  member = local.plan_member
}

resource "google_storage_bucket_iam_member" "apply_keeps_state" {
  bucket = google_storage_bucket.state.name
  role   = "roles/storage.objectUser"
  member = local.apply_member
}
