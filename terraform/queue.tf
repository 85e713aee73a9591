# The topic that intake publishes to, a push subscription for each forward, and the dead letters.

locals {
  # One message per ordering key at a time, in order; Pub/Sub keeps what forward does not acknowledge.
  retention = {
    mutations    = "${7 * 24 * 60 * 60}s"
    dead_letters = "${31 * 24 * 60 * 60}s"
  }
}

resource "google_pubsub_topic" "mutations" {
  project = var.project_id
  name    = var.prefix
  labels  = local.labels

  # User ids stay in the region, and ordering holds for what is published in one.
  message_storage_policy {
    allowed_persistence_regions = [var.region]
  }

  depends_on = [google_project_service.required]
}

resource "google_pubsub_topic" "dead_letters" {
  project = var.project_id
  name    = "${var.prefix}-dead-letters"
  labels  = local.labels

  message_storage_policy {
    allowed_persistence_regions = [var.region]
  }

  depends_on = [google_project_service.required]
}

# Our own and not a function trigger's, which keeps messages for a day and has no ordering. Without a
# dead-letter policy: forward gives up by age and says why (docs/decisions/0006).
resource "google_pubsub_subscription" "forward" {
  for_each = var.destinations

  project = var.project_id
  name    = "${var.prefix}-forward-${each.key}"
  topic   = google_pubsub_topic.mutations.id
  labels  = local.labels

  ack_deadline_seconds       = each.value.timeout_seconds
  enable_message_ordering    = true
  message_retention_duration = local.retention.mutations

  expiration_policy {
    ttl = ""
  }

  push_config {
    push_endpoint = google_cloudfunctions2_function.forward[each.key].service_config[0].uri

    oidc_token {
      service_account_email = local.emails.push
      audience              = google_cloudfunctions2_function.forward[each.key].service_config[0].uri
    }
  }

  retry_policy {
    minimum_backoff = "1s"
    maximum_backoff = "600s"
  }

  # Before it may call, every push would be refused and come again later.
  depends_on = [
    google_cloud_run_service_iam_binding.forward_invokers,
    google_service_account_iam_member.pubsub_signs_as_push,
  ]
}

# Pulled by `audience-relay dead-letters`.
resource "google_pubsub_subscription" "dead_letters" {
  project = var.project_id
  name    = "${var.prefix}-dead-letters"
  topic   = google_pubsub_topic.dead_letters.id
  labels  = local.labels

  ack_deadline_seconds       = 600
  message_retention_duration = local.retention.dead_letters

  expiration_policy {
    ttl = ""
  }
}

resource "google_pubsub_topic_iam_binding" "publishers" {
  project = var.project_id
  topic   = google_pubsub_topic.mutations.name
  role    = "roles/pubsub.publisher"
  # Operators replay dead letters, and have audiences created again.
  members = concat(["serviceAccount:${local.emails.intake}"], var.operators)
}

resource "google_pubsub_topic_iam_binding" "dead_letter_publishers" {
  project = var.project_id
  topic   = google_pubsub_topic.dead_letters.name
  role    = "roles/pubsub.publisher"
  members = [for email in values(local.forward_emails) : "serviceAccount:${email}"]
}

# The account that Pub/Sub calls forward as.
resource "google_service_account" "push" {
  project      = var.project_id
  account_id   = "${var.prefix}-push"
  display_name = "Audience Relay ${var.prefix}: Pub/Sub pushes to forward"
}

resource "google_service_account_iam_member" "pubsub_signs_as_push" {
  service_account_id = google_service_account.push.name
  role               = "roles/iam.serviceAccountTokenCreator"
  member             = "serviceAccount:${local.pubsub_agent}"

  # Pub/Sub's service agent exists once there is a topic.
  depends_on = [google_pubsub_topic.mutations]
}
