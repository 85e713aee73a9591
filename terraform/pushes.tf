# What invokes forward, all of it as one account: wakes, control messages and the sweep.

locals {
  # The most that Pub/Sub waits for an answer (documented). A wake is held open while there is work.
  push_deadline_seconds = 600

  # The most that Cloud Scheduler waits for an answer (documented). A sweep is held open while there is work.
  sweep_deadline_seconds = 1800

  # The most that Cloud Functions allow over HTTP (documented), and above both deadlines: forward decides when
  # a held request ends, and one that Cloud Run cuts off is answered 504.
  forward_timeout_seconds = 3600

  push_backoff = { minimum = "1s", maximum = "60s" }
}

# The account that Pub/Sub and Cloud Scheduler call forward as. Cloud Scheduler's agent may sign as any account
# of the project, by the role that Google gives it when the API is enabled.
resource "google_service_account" "push" {
  project      = var.project_id
  account_id   = "${var.prefix}-push"
  display_name = "Audience Relay ${var.prefix}: wakes forward and pushes to it"
}

resource "google_service_account_iam_member" "pubsub_signs_as_push" {
  service_account_id = google_service_account.push.name
  role               = "roles/iam.serviceAccountTokenCreator"
  member             = "serviceAccount:${local.pubsub_agent}"

  # Pub/Sub's service agent exists once there is a topic.
  depends_on = [google_pubsub_topic.mutations]
}

# Tells forward that members wait. Not ordered: a held wake must not keep the next ones back.
resource "google_pubsub_subscription" "wake" {
  for_each = var.destinations

  project = var.project_id
  name    = local.wake_subscription_names[each.key]
  topic   = google_pubsub_topic.mutations.id
  labels  = local.labels

  ack_deadline_seconds       = local.push_deadline_seconds
  message_retention_duration = local.retention.wakes

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
    minimum_backoff = local.push_backoff.minimum
    maximum_backoff = local.push_backoff.maximum
  }

  # Before these it would be refused, or wake a forward that may not pull.
  depends_on = [
    google_cloud_run_service_iam_binding.forward_invokers,
    google_pubsub_subscription_iam_binding.forward_pulls,
    google_service_account_iam_member.pubsub_signs_as_push,
  ]
}

# Creations and rejected entries. Ordered: what concerns one audience is pushed one by one.
resource "google_pubsub_subscription" "control" {
  for_each = var.destinations

  project = var.project_id
  name    = "${var.prefix}-control-${each.key}"
  topic   = google_pubsub_topic.control.id
  labels  = local.labels

  ack_deadline_seconds       = local.push_deadline_seconds
  enable_message_ordering    = true
  message_retention_duration = local.retention.messages

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
    minimum_backoff = local.push_backoff.minimum
    maximum_backoff = local.push_backoff.maximum
  }

  depends_on = [
    google_cloud_run_service_iam_binding.forward_invokers,
    google_service_account_iam_member.pubsub_signs_as_push,
  ]
}

# Finds what no wake told of, and what was put back. Without retries: the next one comes within a minute.
# Cloud Scheduler begins none while the last one is held open.
resource "google_cloud_scheduler_job" "sweep" {
  for_each = var.destinations

  project     = var.project_id
  region      = coalesce(var.scheduler_region, var.region)
  name        = "${var.prefix}-sweep-${each.key}"
  description = "Has forward to ${each.key} look for messages that wait."

  schedule         = "* * * * *"
  time_zone        = "Etc/UTC"
  attempt_deadline = "${local.sweep_deadline_seconds}s"

  retry_config {
    retry_count = 0
  }

  http_target {
    http_method = "POST"
    uri         = google_cloudfunctions2_function.forward[each.key].service_config[0].uri

    oidc_token {
      service_account_email = local.emails.push
      audience              = google_cloudfunctions2_function.forward[each.key].service_config[0].uri
    }
  }

  depends_on = [
    google_cloud_run_service_iam_binding.forward_invokers,
    google_project_service.required,
    google_pubsub_subscription_iam_binding.forward_pulls,
  ]
}
