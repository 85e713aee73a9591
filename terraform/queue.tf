# The two topics that intake publishes to, the ordered subscription that each forward pulls, and the dead
# letters. What invokes forward is in pushes.tf.

locals {
  retention = {
    # Unacknowledged messages are kept this long; forward gives each up after six days at most.
    messages     = "${7 * 24 * 60 * 60}s"
    dead_letters = "${31 * 24 * 60 * 60}s"
    # A wake is sent again every ten minutes while one backlog is delivered; after an hour the sweep goes on.
    # Not longer: after an outage forward would be called for every message that came meanwhile.
    wakes = "${60 * 60}s"
  }

  # Put together here, so that forward's function does not depend on its subscriptions: they depend on it.
  pull_subscription_names = { for id in keys(var.destinations) : id => "${var.prefix}-forward-${id}" }
  wake_subscription_names = { for id in keys(var.destinations) : id => "${var.prefix}-wake-${id}" }
}

# Members, with ordering keys.
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

# Creations and rejected entries, pushed one by one: a creation does not wait behind members.
resource "google_pubsub_topic" "control" {
  project = var.project_id
  name    = "${var.prefix}-control"
  labels  = local.labels

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

# Pulled by forward. Without a retry policy: put-backs are the only backoff (docs/decisions/0025). Without a
# dead-letter policy: forward gives up by age and says why (docs/decisions/0006).
#
# The version before pushed from this subscription. It is changed in place, since it holds messages: address,
# name, topic and ordering must stay as they are.
resource "google_pubsub_subscription" "forward" {
  for_each = var.destinations

  project = var.project_id
  name    = local.pull_subscription_names[each.key]
  topic   = google_pubsub_topic.mutations.id
  labels  = local.labels

  # The lease of a pulled message until forward sets its own, which is 15 s or more.
  ack_deadline_seconds       = 15
  enable_message_ordering    = true
  message_retention_duration = local.retention.messages

  expiration_policy {
    ttl = ""
  }

  # An older forward knows no pull: it gets its messages by push until the new one runs.
  depends_on = [google_cloudfunctions2_function.forward]
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

# Bindings, which name all there are: whoever is added by hand is removed by the next apply.

resource "google_pubsub_topic_iam_binding" "publishers" {
  project = var.project_id
  topic   = google_pubsub_topic.mutations.name
  role    = "roles/pubsub.publisher"
  # Operators replay dead letters.
  members = concat(["serviceAccount:${local.emails.intake}"], var.operators)
}

resource "google_pubsub_topic_iam_binding" "control_publishers" {
  project = var.project_id
  topic   = google_pubsub_topic.control.name
  role    = "roles/pubsub.publisher"
  # Operators replay creations, and have audiences created again.
  members = concat(["serviceAccount:${local.emails.intake}"], var.operators)
}

resource "google_pubsub_topic_iam_binding" "dead_letter_publishers" {
  project = var.project_id
  topic   = google_pubsub_topic.dead_letters.name
  role    = "roles/pubsub.publisher"
  members = [for email in values(local.forward_emails) : "serviceAccount:${email}"]
}

resource "google_pubsub_subscription_iam_binding" "forward_pulls" {
  for_each = var.destinations

  project      = var.project_id
  subscription = google_pubsub_subscription.forward[each.key].name
  role         = "roles/pubsub.subscriber"
  members      = ["serviceAccount:${local.forward_emails[each.key]}"]
}
