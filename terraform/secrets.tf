# The secrets, without their values: those are added with gcloud and never pass through Terraform,
# its state or a plan. The functions read the two newest enabled versions.

locals {
  credentialed   = toset([for id, destination in var.destinations : id if destination.credentials])
  sync_is_signed = var.user_sync == null ? false : var.user_sync.signed

  # Who reads which secret: intake its own, a forward its destination's, user sync its own where URLs are signed.
  secret_readers = merge(
    { "${var.prefix}-hmac" = local.emails.intake },
    var.basic_auth ? { "${var.prefix}-basic-auth" = local.emails.intake } : {},
    local.sync_is_signed ? { "${var.prefix}-sync" = "${google_service_account.user_sync[0].account_id}@${local.email_domain}" } : {},
    { for id in local.credentialed : "${var.prefix}-credentials-${id}" => local.forward_emails[id] },
  )

  secret_names = {
    for id, secret in google_secret_manager_secret.relay : id => "projects/${var.project_id}/secrets/${secret.secret_id}"
  }
}

resource "google_secret_manager_secret" "relay" {
  for_each = local.secret_readers

  project   = var.project_id
  secret_id = each.key
  labels    = local.labels

  replication {
    user_managed {
      replicas {
        location = var.region
      }
    }
  }

  # A version that was disabled or destroyed by mistake can be brought back for a week.
  version_destroy_ttl = "604800s"

  depends_on = [google_project_service.required]
}

resource "google_secret_manager_secret_iam_binding" "readers" {
  for_each = local.secret_readers

  project   = var.project_id
  secret_id = google_secret_manager_secret.relay[each.key].secret_id
  role      = "roles/secretmanager.secretAccessor"
  members   = ["serviceAccount:${each.value}"]
}

# To list the versions, which reading the two newest begins with.
resource "google_secret_manager_secret_iam_member" "viewers" {
  for_each = local.secret_readers

  project   = var.project_id
  secret_id = google_secret_manager_secret.relay[each.key].secret_id
  role      = "roles/secretmanager.viewer"
  member    = "serviceAccount:${each.value}"
}
