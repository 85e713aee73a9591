# What the version before this one had in its state, as far as it holds messages, audiences or secrets, or is
# replaced here by something else. Addresses and arguments are those of that version.

variable "destinations" {
  type = set(string)
}

variable "operator" {
  type = string
}

resource "google_pubsub_topic" "mutations" {
  project = "my-project"
  name    = "relay"
  labels  = { app = "audience-relay", relay = "relay" }

  message_storage_policy {
    allowed_persistence_regions = ["europe-west1"]
  }
}

resource "google_pubsub_topic" "dead_letters" {
  project = "my-project"
  name    = "relay-dead-letters"
  labels  = { app = "audience-relay", relay = "relay" }

  message_storage_policy {
    allowed_persistence_regions = ["europe-west1"]
  }
}

resource "google_pubsub_subscription" "forward" {
  for_each = var.destinations

  project = "my-project"
  name    = "relay-forward-${each.key}"
  topic   = google_pubsub_topic.mutations.id
  labels  = { app = "audience-relay", relay = "relay" }

  ack_deadline_seconds       = 600
  enable_message_ordering    = true
  message_retention_duration = "604800s"

  expiration_policy {
    ttl = ""
  }

  push_config {
    push_endpoint = "https://relay-forward-${each.key}-abc-ew.a.run.app"

    oidc_token {
      service_account_email = "relay-push@my-project.iam.gserviceaccount.com"
      audience              = "https://relay-forward-${each.key}-abc-ew.a.run.app"
    }
  }

  retry_policy {
    minimum_backoff = "1s"
    maximum_backoff = "600s"
  }
}

resource "google_pubsub_subscription" "dead_letters" {
  project = "my-project"
  name    = "relay-dead-letters"
  topic   = google_pubsub_topic.dead_letters.id
  labels  = { app = "audience-relay", relay = "relay" }

  ack_deadline_seconds       = 600
  message_retention_duration = "2678400s"

  expiration_policy {
    ttl = ""
  }
}

resource "google_pubsub_topic_iam_binding" "publishers" {
  project = "my-project"
  topic   = google_pubsub_topic.mutations.name
  role    = "roles/pubsub.publisher"
  members = ["serviceAccount:relay-intake@my-project.iam.gserviceaccount.com", var.operator]
}

resource "google_pubsub_subscription_iam_member" "operators_see_push" {
  for_each = { for id in var.destinations : "${id} ${var.operator}" => id }

  project      = "my-project"
  subscription = google_pubsub_subscription.forward[each.value].name
  role         = "roles/pubsub.viewer"
  member       = var.operator
}

resource "google_firestore_database" "relay" {
  project                           = "my-project"
  name                              = "relay-audience-map"
  location_id                       = "europe-west1"
  type                              = "FIRESTORE_NATIVE"
  delete_protection_state           = "DELETE_PROTECTION_ENABLED"
  deletion_policy                   = "ABANDON"
  point_in_time_recovery_enablement = "POINT_IN_TIME_RECOVERY_DISABLED"
}

resource "google_secret_manager_secret" "relay" {
  for_each = toset(["relay-hmac", "relay-credentials-rokt"])

  project   = "my-project"
  secret_id = each.key
  labels    = { app = "audience-relay", relay = "relay" }

  replication {
    user_managed {
      replicas {
        location = "europe-west1"
      }
    }
  }

  version_destroy_ttl = "604800s"
}
